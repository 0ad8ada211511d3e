#!/bin/sh
# Installs packages of Debian inside `docker build`, and leaves nothing of the installing.
#
# Usage: debian.sh [PACKAGE...]
set -eu
[ $# -gt 0 ] || exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends "$@"
rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/cache/ldconfig /var/log/* \
    /usr/share/info /usr/share/locale /usr/share/man
# Of the documents the licences stay: they go where the packages go.
find /usr/share/doc -type f ! -name copyright -delete
find /usr/share/doc -type d -empty -delete
# Copies of what was before.
rm -f /etc/*- /var/lib/dpkg/*-old /var/cache/debconf/*-old
