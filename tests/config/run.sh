#!/bin/sh
# The configuration's tables against the daemon in a build directory ($1) and
# against the schema.
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 tests/config/verdicts.py "$build/headroomd"
