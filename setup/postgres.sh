#!/bin/sh
# PostgreSQL's programs for the tests, which start a server of their own from them: looked for, and
# installed where we may. No server of this machine is started, stopped or changed.
set -eu
cd "$(dirname "$0")/.."

.venv/bin/python tests/postgres_server.py --find 2>/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
  # Debian would make and start a server of its own with the programs: not for us.
  rule=/etc/postgresql-common/createcluster.conf
  cp -p "$rule" "$rule.schoolgate"
  trap 'mv -f "$rule.schoolgate" "$rule"' EXIT
  trap 'exit 1' INT TERM
  echo "create_main_cluster = false" >>"$rule"
  apt-get install -y -qq --no-install-recommends postgresql >/dev/null || true
fi
# Says what to install where the programs are still missing.
.venv/bin/python tests/postgres_server.py --find
