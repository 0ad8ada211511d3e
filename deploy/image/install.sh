#!/bin/sh
# Installs a pinned requirements file into /opt/venv, takes out what serving never reads, and compiles.
# Runs inside `docker build`, with pip and binutils borrowed from another stage, which is mounted on
# /tools. Usage: install.sh REQUIREMENTS [whole]; with `whole` nothing is taken out.
set -eu
requirements=$1
# A file's own time would make every build another image.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
if [ -s /run/secrets/cacert ]; then
    export PIP_CERT=/run/secrets/cacert
fi
[ -d /opt/venv ] || python3 -m venv --without-pip /opt/venv
PYTHONPATH=/tools/opt/pip/lib/python3.11/site-packages /opt/venv/bin/python -m pip install --quiet \
    --disable-pip-version-check --no-input --cache-dir /var/cache/pip --no-compile --require-hashes \
    -r "$requirements"
if [ "${2:-}" != whole ]; then
    PATH="$PATH:/tools/usr/bin" LD_LIBRARY_PATH=/tools/usr/lib/x86_64-linux-gnu \
        /opt/venv/bin/python /tools/opt/image/trim.py
fi
/opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib
find /opt/venv -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
