#!/bin/sh
# Installs a requirements file into /opt/venv, takes out what serving never reads, and compiles. Runs inside
# `docker build`, with pip and binutils borrowed from another stage, which is mounted on /tools.
#
# Usage: install.sh REQUIREMENTS [whole]
#   whole   nothing is taken out
# No such file: nothing is done. Hashes in it: all of it is held to them. Wheels that lie beside it are
# taken before those of the index.
set -eu
requirements=$1
[ -f "$requirements" ] || exit 0
# A file's own time would make every build another image.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
if [ -s /run/secrets/cacert ]; then
    export PIP_CERT=/run/secrets/cacert
fi
# pip's own settings, such as an index; no layer and no history has them.
if [ -s /run/secrets/pip ]; then
    export PIP_CONFIG_FILE=/run/secrets/pip
fi
hashes=
if grep -q -e '--hash=' "$requirements"; then
    hashes=--require-hashes
fi
[ -d /opt/venv ] || python3 -m venv --without-pip /opt/venv
# shellcheck disable=SC2086 # one word or none
PYTHONPATH=/tools/opt/pip/lib/python3.11/site-packages /opt/venv/bin/python -m pip install --quiet \
    --disable-pip-version-check --no-input --cache-dir /var/cache/pip --no-compile $hashes \
    --find-links "$(dirname "$requirements")" -r "$requirements"
if [ "${2:-}" != whole ]; then
    for step in libraries trim squeeze; do
        PATH="$PATH:/tools/usr/bin" LD_LIBRARY_PATH="$(echo /tools/usr/lib/*-linux-gnu)" \
            /opt/venv/bin/python "/tools/opt/image/$step.py"
    done
fi
# What an earlier layer installed has the fixed time, and is left as it is there.
# A file that is for a newer Python does not compile, and is no reason to fail (PyTorch has one).
find /opt/venv/lib -name '*.py' -newermt "@$SOURCE_DATE_EPOCH" \
    | /opt/venv/bin/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash -i - || true
sh /tools/opt/image/times.sh
