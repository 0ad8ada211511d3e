"""Pack or build, deploy, wait: what is asked of the gateway, in which order, and what is said."""

import json
from dataclasses import replace

import pytest

from dcf.errors import AlreadyExists, GatewayRefused, RolloutFailed, Unsupported
from dcf.release.release import Plan, Provided, release, spec_of
from dcf.terminal.printing import silent

FUNCTIONS = "/system/functions"


def bodies(stand_in, method):
    return [json.loads(each.body) for each in stand_in.asked
            if (each.method, each.path) == (method, FUNCTIONS)]  # fmt: skip


def test_an_archive_goes_first_and_is_what_runs(stand_in, client, function):
    said = []
    stand_in.table[f"PUT {FUNCTIONS}"] = (404, b"")
    stand_in.table = Anything(stand_in.table)
    release(client, function, Plan(said.append, said.append, labels={"l": "1"}))
    image = bodies(stand_in, "POST")[0]["image"]
    uploads = [each for each in stand_in.asked if each.path.startswith("/system/archives/")]
    assert [each.method for each in uploads] == ["HEAD", "PUT"]
    assert image == f"archive:sha256:{uploads[1].path.rpartition('/')[2]}"
    assert bodies(stand_in, "POST")[0]["labels"] == {"l": "1"}
    order = [line.split("/")[2].split("?")[0] for line in stand_in.lines()]
    assert order == ["info", "archives", "archives", "functions", "functions", "function"]
    assert said[:-1] == [
        "Building function (echo) ...",
        "  src/handler.py",
        f"Image: {image} built in local environment.",
        f"Pushing: echo, Image: {image} in Registry: {stand_in.address} ...",
        "Deploying: echo ...",
        "Attempting update... but Function Not Found. Deploying Function...",
    ]
    assert said[-1].startswith("Function echo is ready after ")


class Anything(dict):
    """A table whose archives are taken, whatever their digest."""

    def get(self, key, default=None):
        if "/system/archives/" in key:
            return (404 if key.startswith("HEAD") else 201), b""
        return super().get(key, default)


@pytest.fixture
def images(stand_in):
    """The gateway runs images, and this provides one."""
    stand_in.table["GET /system/info"] = (200, {})
    return lambda function: Provided("r.example/f@sha256:0", {"a": "b"}, {"BATCH": "false"})


def test_an_image_brings_its_annotations_and_environment(stand_in, client, function, images):
    function = replace(function, environment={"BATCH": "true", "A": "1"}, annotations={"c": "d"})
    release(client, function, Plan(silent, silent, images=images))
    (body,) = bodies(stand_in, "PUT")
    assert body["image"] == "r.example/f@sha256:0"
    assert body["envVars"] == {"BATCH": "false", "A": "1"}
    assert body["annotations"] == {"a": "b", "c": "d"}
    assert bodies(stand_in, "POST") == []  # it was there, and is updated


def test_without_images_a_gateway_of_images_is_told(stand_in, client, function, images):
    with pytest.raises(Unsupported, match=f"{stand_in.address} runs container images, not folders"):
        release(client, function, Plan(silent, silent))
    assert bodies(stand_in, "PUT") == []


def test_replace_deletes_first_and_no_update_does_not_ask(stand_in, client, function, images):
    stand_in.table[f"DELETE {FUNCTIONS}"] = (200, b"")
    release(client, function, Plan(silent, silent, replace=True, images=images))
    assert stand_in.lines()[1:3] == [f"DELETE {FUNCTIONS}", f"POST {FUNCTIONS}"]
    stand_in.asked.clear()
    release(client, function, Plan(silent, silent, update=False, images=images))
    assert stand_in.lines()[1] == f"POST {FUNCTIONS}"


def test_what_is_there_is_not_deployed_over(stand_in, client, function, images):
    stand_in.table[f"POST {FUNCTIONS}"] = (409, b"it is there")
    with pytest.raises(AlreadyExists) as caught:
        release(client, function, Plan(silent, silent, update=False, images=images))
    assert caught.value.message == "Function echo already exists. failed deploying. it is there"


def test_another_refusal_is_not_taken_for_a_function_that_is_not_there(
    stand_in, client, function, images
):
    stand_in.table[f"PUT {FUNCTIONS}"] = (400, b"limits are wrong")
    with pytest.raises(GatewayRefused, match="limits are wrong"):
        release(client, function, Plan(silent, silent, images=images))
    assert bodies(stand_in, "POST") == []


def test_it_is_ready_only_when_it_is(stand_in, client, function, images, told):
    said = []
    stand_in.table["GET /system/function/echo"] = (200, told(rollout="failed", reason="why"))
    with pytest.raises(RolloutFailed, match="why"):
        release(client, function, Plan(said.append, silent, images=images))
    assert not any("is ready" in line for line in said)


def test_a_spec_has_every_field_of_the_config_file(function):
    full = replace(
        function, desc="d", maintainer="m", environment={"A": "1"}, labels={"a": "1", "b": "1"},
        annotations={"desc": "old", "x": "y"}, constraints=("c",), secrets=("s",),
        limits={"memory": "1Mi"}, requests={"cpu": "1"},
    )  # fmt: skip
    spec = spec_of(full, "i", {"b": "2"})
    assert (spec.name, spec.image, spec.env) == ("echo", "i", {"A": "1"})
    assert spec.labels == {"a": "1", "b": "2"}
    assert spec.annotations == {"desc": "d", "maintainer": "m", "x": "y"}
    assert (spec.constraints, spec.secrets) == (("c",), ("s",))
    assert (spec.limits, spec.requests) == ({"memory": "1Mi"}, {"cpu": "1"})
    assert spec_of(function, "i").annotations == {}
