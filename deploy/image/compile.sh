#!/bin/sh
# Compiles a folder of code inside `docker build`, and gives all of it the fixed time of times.sh.
#
# Usage: compile.sh FOLDER
set -eu
python3 -m compileall -q --invalidation-mode checked-hash "$1"
find "$1" -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-0}" {} +
sh "$(dirname "$0")/times.sh"
