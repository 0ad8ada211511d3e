#!/bin/sh
# Writes the Python code of the wire schemas into the rooms that speak them, each a copy of its own:
# no room imports another. The result is committed, so that serving needs no compiler.
# Needs grpcio-tools; PYTHON names the interpreter that has it.
set -eu
cd "$(dirname "$0")"
python="${PYTHON:-python3}"

generate() { # generate ROOM SCHEMA...
    target="../$1/_proto"
    shift
    mkdir -p "$target"
    "$python" -m grpc_tools.protoc -I . --python_out="$target" --pyi_out="$target" \
        --grpc_python_out="$target" "$@"
    for schema in "$@"; do
        name="${schema%.proto}_pb2"
        # The compiler writes a top-level import; inside a package it must be relative.
        sed -i "s/^import ${name} as /from . import ${name} as /" "$target/${name}_grpc.py"
    done
    [ -e "$target/__init__.py" ] ||
        echo '"""Generated from proto/*.proto by proto/generate.sh; not edited by hand."""' \
            > "$target/__init__.py"
}

generate watcher fxwatcher.proto
if [ -e gateway.proto ]; then
    generate dcf fxwatcher.proto gateway.proto
fi
