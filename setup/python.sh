#!/bin/sh
# The virtual environment `.venv` with exactly what uv.lock says. Safe to run again.
#
#   setup/python.sh            everything the project needs
#   setup/python.sh --group X  the same and a dependency group that is not there by default
set -eu
cd "$(dirname "$0")/.."

stop() {
  echo "setup: $*" >&2
  exit 1
}

newest_python() {
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  stop "Python 3.11 or newer is needed. On Debian and Ubuntu: sudo apt-get install python3 python3-venv"
}

make_environment() {
  python=$(newest_python)
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    # Debian ships venv apart, one package for each Python it has.
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
      stop "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install $package"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package" >/dev/null
  fi
  "$python" -m venv --clear .venv
}

[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || make_environment

# The lock names the version of uv, too: uv then keeps itself when it removes what is not locked.
uv_version=$(sed -n '/^name = "uv"$/{n;s/^version = "\(.*\)"$/\1/p;}' uv.lock)
if [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != "$uv_version" ]; then
  .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
fi

# Behind a school's TLS inspection only the machine's own certificates will do.
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || export UV_SYSTEM_CERTS=true
# Whatever environment the caller has active, ours is meant.
unset VIRTUAL_ENV
UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --quiet --frozen --python .venv/bin/python "$@"
