"""When a Deployment has come to what was asked for."""

from dataclasses import replace

import pytest

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.records import DeploymentRecord
from dcf.providers.placement import FunctionSpec

DONE = DeploymentRecord(
    "echo", "echo", names.STABLE, "1", "9", "", FunctionSpec("echo", "x"), 2, replicas=3,
    existing=3, updated=3, available=3, observed=True,
)  # fmt: skip


def test_it_is_complete_once_every_pod_is_new_and_available():
    assert DONE.is_complete
    assert replace(DONE, replicas=0, existing=0, updated=0, available=0).is_complete


@pytest.mark.parametrize(
    "missing",
    [
        {"observed": False},  # its counts are of the form before
        {"updated": 2},
        {"available": 2},
        {"existing": 4},  # an old pod stands in for a new one that is not ready
        {"replicas": 4},
    ],
)
def test_until_then_it_is_not(missing):
    assert not replace(DONE, **missing).is_complete
