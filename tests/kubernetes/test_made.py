"""A real API server takes every object that the provider makes, whatever was asked for."""

import json
import uuid

import pytest
from hypothesis import given, settings

from tests.kubernetes import made

pytestmark = pytest.mark.kubernetes


@pytest.fixture(scope="module")
def place(cluster):
    name = f"dcf-test-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@settings(max_examples=20)
@given(made.asked(), made.ground())
def test_whatever_is_asked_for_is_taken(cluster, place, asked, ground):
    served = cluster.kubectl("api-versions").split()
    scaling = "v2" if "autoscaling/v2" in served else "v2beta2"
    for each in made.objects_of(asked, ground, scaling):
        each["metadata"]["namespace"] = place
        cluster.kubectl("create", "--dry-run=server", "-f", "-", given=json.dumps(each))
