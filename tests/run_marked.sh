#!/bin/sh
# The tests that `make test` leaves out, as far as they can run here; says what it skips and why.
set -eu
cd "$(dirname "$0")/.."

pytest_in() { # pytest_in ENVIRONMENT MARKER [FILE...]: no test carrying a marker is not a failure
    python="$1/bin/python" marker="$2" status=0
    shift 2
    "$python" -m pytest -m "$marker" --timeout 900 "$@" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 5 ]
}

echo "== slow"
pytest_in .venv-dev "slow and not tensorflow and not docker and not browser and not kubernetes and not gpu and not lifecycle"

echo "== tensorflow"
# Only their files: that environment has none of the tools of the others.
# shellcheck disable=SC2046 # file names here have no spaces
pytest_in .venv-train "tensorflow" $(grep -rl "mark\.tensorflow" tests --include='*.py')

echo "== lifecycle"
# shellcheck disable=SC2046 # likewise
pytest_in .venv-train "lifecycle and not tensorflow" $(grep -rl "mark\.lifecycle" tests --include='*.py')

echo "== docker"
if sh tests/container/engine.sh up; then
    trap 'sh tests/container/engine.sh down' EXIT
    pytest_in .venv-dev "docker" tests/container
else
    echo "skipped: see the line above"
fi

echo "== kubernetes"
if [ -n "${KUBECONFIG:-}" ]; then
    status=0
    sh tests/kubernetes/run.sh || status=$?
    case $status in
    0) ;;
    3) echo "skipped: see the line above" ;;
    *) exit "$status" ;;
    esac
else
    echo "skipped: KUBECONFIG names no cluster; make test-kubernetes raises one here"
fi

for marker in browser gpu; do
    if grep -rqs "mark\.$marker\b" tests --include='*.py'; then
        echo "== $marker"
        pytest_in .venv-dev "$marker"
    else
        echo "== $marker: skipped, no test carries this marker yet"
    fi
done
