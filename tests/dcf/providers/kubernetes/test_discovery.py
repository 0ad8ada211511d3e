"""Which API versions are used on which cluster."""

import pytest

from dcf.errors import CannotStart
from dcf.providers.kubernetes.discovery import Served, discovered, served
from tests.dcf.providers.kubernetes.api_server import run


def groups(**versions):
    names = {"apps": ["v1"], "coordination": ["v1"], **versions}
    full = {
        "discovery": "discovery.k8s.io",
        "coordination": "coordination.k8s.io",
        "metrics": "metrics.k8s.io",
    }
    return {
        "groups": [
            {"name": full.get(name, name), "versions": [{"version": each} for each in found]}
            for name, found in names.items()
        ]
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            groups(discovery=["v1"], autoscaling=["v2", "v1"], metrics=["v1beta1"]),
            Served("v1", "v1", "v2", "v1beta1"),
        ),
        (
            groups(discovery=["v1beta1"], autoscaling=["v1", "v2beta1", "v2beta2"]),
            Served("v1beta1", "v1", "v2beta2"),
        ),
        (groups(discovery=["v1", "v1beta1"], autoscaling=["v1"]), Served("v1", "v1", "v1")),
        (groups(coordination=["v1beta1"]), Served("", "v1beta1")),
        (groups(coordination=["v2alpha1"]), Served()),
    ],
    ids=["new", "1.20", "1.21", "1.13", "older"],
)  # fmt: skip
def test_the_newest_known_version_of_each_group_is_taken(given, expected):
    assert served(given) == expected


def test_a_cluster_without_apps_v1_is_refused():
    with pytest.raises(CannotStart, match="apps/v1"):
        served({"groups": [{"name": "apps", "versions": [{"version": "v1beta2"}]}]})


def test_it_is_asked_of_the_server():
    class Api:
        async def get(self, path):
            return groups() if path == "/apis" else {}

    async def steps():
        assert await discovered(Api()) == Served(leases="v1")

    run(steps())
