"""Pack or build, deploy, wait: what is asked of the gateway, in which order, and what is said."""

import json
from dataclasses import replace

import pytest

from dcf.errors import AlreadyExists, GatewayRefused, RolloutFailed, Unsupported
from dcf.release.release import Plan, Provided, release
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
    return lambda function: Provided("r.example/f@sha256:0", {"a": "b"})


def test_an_image_brings_its_annotations_and_serves(stand_in, client, function, images):
    function = replace(function, environment={"BATCH": "true", "A": "1"}, annotations={"c": "d"})
    release(client, function, Plan(silent, silent, images=images))
    (body,) = bodies(stand_in, "PUT")
    assert body["image"] == "r.example/f@sha256:0"
    assert body["envVars"] == {"A": "1", "BATCH": "false", "DRAIN_DELAY": "5s"}
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


def test_what_the_platform_has_no_place_for_is_told(stand_in, client, function, images):
    said = []
    function = replace(function, environment={"PORT": "1"})
    release(client, function, Plan(said.append, silent, images=images))
    assert said[0] == "Note: echo: PORT is left out, since OpenFaaS calls port 8080."
    assert "PORT" not in bodies(stand_in, "PUT")[0]["envVars"]


def test_only_who_watches_is_told_what_the_gateway_does(stand_in, client, function, images):
    line = {"name": "echo", "instance": "echo", "timestamp": "t", "text": "installing"}
    logs = "GET /system/logs?name=echo&tail=200&follow=false"
    for narrated in (False, True):
        told = []
        stand_in.asked.clear()
        stand_in.table[logs] = [(200, b""), (200, line)]
        plan = Plan(silent, silent, narrate=told.append if narrated else None, images=images)
        release(client, function, plan)
        assert told == (["  installing"] if narrated else [])
        assert (logs in stand_in.lines()) is narrated
