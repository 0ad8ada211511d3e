#!/bin/sh
# Compiles a folder of code inside `docker build`, whatever of it was compiled before, and gives all of it the
# fixed time of times.sh. What is compiled holds a digest of its source, no time.
#
# Usage: compile.sh FOLDER
set -eu
find "$1" -name __pycache__ -prune -exec rm -r {} +
python3 -m compileall -q --invalidation-mode checked-hash "$1"
find "$1" -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-0}" {} +
sh "$(dirname "$0")/times.sh"
