#!/bin/sh
# Runs the tests marked `kubernetes`: on the cluster that KUBECONFIG names if it answers, or else on one that is raised
# here and taken down again. Ends with 3 and one line where there is no cluster. Usage: run.sh [PYTEST-ARGUMENT...]
set -eu
cd "$(dirname "$0")/../.."
cluster=tests/kubernetes/cluster
images=${DCF_TEST_IMAGES:-dcf-test}

no_cluster() {
    echo "no cluster: $1" >&2
    exit 3
}

docker=/usr/bin/docker
[ -x "$docker" ] || docker=docker

answers() {
    [ -n "${KUBECONFIG:-}" ] && command -v kubectl >/dev/null && kubectl --request-timeout=5s get --raw /readyz >/dev/null 2>&1
}

# The images to test with, on every node of our own cluster.
give_images() {
    sh tests/container/engine.sh up || no_cluster "its images cannot be built: see the line above"
    sh deploy/image/build.sh "$docker" \
        "watcher:$images/watcher tools:$images/tools gateway:$images/gateway :$images/ssd" --quiet \
        --network=host ${PIP_CERT:+--secret "id=cacert,src=$PIP_CERT"}
    for each in watcher gateway ssd; do
        DOCKER=$docker "$cluster/load" "$images/$each"
    done
}

raise() {
    "$cluster/build" --check || no_cluster \
        "set KUBECONFIG, or run $cluster/build once (as root on Debian 12, 8 to 15 minutes)"
    trap '"$cluster/down"' EXIT
    trap 'exit 130' INT TERM
    "$cluster/up" || no_cluster "see the line above"
    KUBE_DIR=${KUBE_DIR:-/tmp/kubernetes-dev}
    KUBECONFIG=$KUBE_DIR/kubeconfig
    export KUBE_DIR KUBECONFIG
}

[ $# -gt 0 ] || set -- tests/kubernetes
answers || raise
# One that is ours has its state here; another's images are where DCF_TEST_IMAGES says.
own=${KUBE_DIR:-/tmp/kubernetes-dev}/kubeconfig
[ "$KUBECONFIG" != "$own" ] || give_images
DCF_TEST_IMAGES=$images .venv-dev/bin/python -m pytest -m kubernetes --timeout 900 "$@"
