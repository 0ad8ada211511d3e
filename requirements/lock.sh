#!/bin/sh
# Writes every requirements/*.txt from its *.in files, with hashes and without addresses. Needs `uv` on PATH.
set -eu
cd "$(dirname "$0")"
lock() {
    out=$1; shift
    uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url "$@" --output-file "$out"
}
lock build.txt build.in
lock serving.txt serving.in
lock watcher.txt watcher.in --constraint serving.txt
lock local.txt serving.in local.in
lock kubernetes.txt serving.in local.in kubernetes.in --constraint local.txt
lock dev.txt serving.in local.in build.in dev.in tracing.in kubernetes.in
lock fuzz.txt serving.in local.in build.in fuzz.in --constraint dev.txt
lock train.txt serving.in local.in build.in train.in lifecycle.in train-tests.in --constraint dev.txt
# The same Keras on both: what they compute is compared.
lock jax.txt serving.in local.in build.in jax.in --constraint train.txt
lock emulator.txt emulator.in
# The versions of serving.txt: both sides of a comparison run the same libraries.
lock peers.txt serving.in build.in peers.in --constraint serving.txt
lock functions.txt functions.in --constraint serving.txt
lock functions-tests.txt functions.in serving.in functions-tests.in --constraint functions.txt --constraint serving.txt
lock engines.txt build.in engines.in --constraint serving.txt
lock ../dcf/templates/python3-tensorflow/src/requirements.txt tensorflow.in --constraint serving.txt
cp ../dcf/templates/python3-tensorflow/src/requirements.txt ../examples/mnist_tensorflow/
lock sbom.txt sbom.in
