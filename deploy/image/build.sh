#!/bin/sh
# Builds the images of `make image`; where that fails, the last line says why and what to do.
#
# Usage: build.sh DOCKER "TARGET:TAG ..." FLAG...
#   DOCKER   the engine's command line, as one argument
#   TARGET   of the Dockerfile; empty for its last
#   FLAG     for every build
set -eu
docker=$1 images=$2
shift 2

failed() { # failed WHAT CURE
    echo "make image: $1: $2" >&2
    exit 1
}

# What a build's last words mean, in the order in which they are looked for.
explain() { # explain LOG STATUS
    said() { grep -qiE "$1" "$log"; }
    log=$1
    said 'buildx component is missing|buildx: (executable|not found)|the --mount option requires BuildKit' \
        && failed "$docker has no BuildKit" "install its buildx plugin (Debian: docker-buildx, Docker's own packages: docker-buildx-plugin), or name another engine with DOCKER=podman"
    said 'certificate.?verify.?failed|certificate signed by unknown authority|unable to get local issuer certificate' \
        && failed "a package index has a certificate that the build does not know" "name its authority's file with PIP_CERT=/path/to/ca.pem"
    said 'no space left on device' \
        && failed "the engine's disk is full" "make room, for instance with \`$docker builder prune\`"
    said 'temporary failure (in name resolution|resolving)|could not resolve|name or service not known|no such host|network is unreachable|failed to establish a new connection|connection (refused|timed out)|i/o timeout|dial tcp' \
        && failed "the build reaches no network" "it takes Debian's packages, Python's and, if it is not here, the base image: connect, or name a proxy with BUILD_FLAGS=\"--network=host --build-arg http_proxy=... --build-arg https_proxy=...\""
    said 'cannot connect to the docker daemon|is the docker daemon running|connection to the .*socket' \
        && failed "$docker stopped answering" "start it, or name another with DOCKER"
    failed "$docker build ended with $2" "the lines above say why"
}

# shellcheck disable=SC2086 # may have flags of its own
command -v ${docker%% *} >/dev/null 2>&1 \
    || failed "no container engine, ${docker%% *} is not on PATH" "install docker with buildx, or podman, and name it with DOCKER=podman"
# shellcheck disable=SC2086 # likewise
answer=$($docker version 2>&1) \
    || failed "$docker does not answer ($(echo "$answer" | tail -n 1))" "start it, or name another with DOCKER=podman"
if [ -n "${PIP_CERT:-}" ] && [ ! -r "$PIP_CERT" ]; then
    failed "PIP_CERT is $PIP_CERT, which cannot be read" "name the certificate's file, or unset it"
fi

said=$(mktemp)
trap 'rm -f "$said" "$said.status"' EXIT
for image in $images; do
    target=${image%%:*} tag=${image#*:}
    echo "Building $tag ..."
    # Of a pipe sh knows the last status alone.
    # shellcheck disable=SC2086 # as above
    { DOCKER_BUILDKIT=1 BUILDAH_FORMAT=docker $docker build "$@" ${target:+--target "$target"} --tag "$tag" . 2>&1 \
        || echo $? >"$said.status"; } | tee "$said"
    if [ -s "$said.status" ]; then
        explain "$said" "$(cat "$said.status")"
    fi
done
