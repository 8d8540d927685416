#!/bin/sh
# The browser's packages into node_modules/ from package-lock.json, then the few files that we
# serve into src/schoolgate/web/static/vendor/. Wants setup/python.sh to have run.
set -eu
cd "$(dirname "$0")/.."

# npm 7 is the first that reads our lock file.
machine_has_npm() {
  version=$(npm --version 2>/dev/null) && [ "${version%%.*}" -ge 7 ]
}

if ! machine_has_npm; then
  setup/python.sh --group node
  PATH="$PWD/.venv/bin:$PATH"
  export PATH
fi
# As in setup/python.sh: npm brings certificates of its own and knows none of a school's proxy.
[ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
  export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}"
npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
.venv/bin/python setup/vendor.py
