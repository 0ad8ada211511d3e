#!/bin/sh
# The tests that `make test` leaves out, as far as they can run here; says what it skips and why.
set -eu
cd "$(dirname "$0")/.."

pytest_in() { # pytest_in ENVIRONMENT MARKER: no test carrying a marker is not a failure
    status=0
    "$1/bin/python" -m pytest -m "$2" --timeout 900 || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 5 ]
}

echo "== slow"
pytest_in .venv-dev "slow and not tensorflow and not docker and not browser and not kubernetes and not gpu"

echo "== tensorflow"
pytest_in .venv-train "tensorflow"

for marker in docker browser kubernetes gpu; do
    if grep -rqs "mark\.$marker\b" tests --include='*.py'; then
        echo "== $marker"
        pytest_in .venv-dev "$marker"
    else
        echo "== $marker: skipped, no test carries this marker yet"
    fi
done
