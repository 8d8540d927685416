#!/bin/sh
# Chromium for the browser tests: looked for, and installed where we may.
set -eu

command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
# Not fatal here: all other tests run without it, and each browser test says the same line.
echo "setup: the browser tests need Chromium. On Debian: sudo apt-get install chromium" >&2
