"""The library and the function, behind a real watcher, answer a picture alike."""

import base64
import os
import subprocess
import sys
import time

import pytest
import requests

from dcf_detect import DetectorError, Result
from tests.ports import free_port

PATIENCE = 60
SAMPLES = ("astronaut.jpg", "chelsea.jpg", "coffee.jpg")
SETTINGS = [
    {},
    {"threshold": 0.1},
    {"threshold": 0.02, "iou": 0.3, "max_detections": 1000},
    {"top_k": 5, "threshold": 0.05},
    {"classes": "cup,person", "threshold": 0.2},
    {"tiles": 2, "threshold": 0.2},
    {"tiles": "auto", "threshold": 0.3},
]


@pytest.fixture(scope="module")
def function(tmp_path_factory, pytestconfig):
    """The address of the function in this checkout."""
    folder = tmp_path_factory.mktemp("function")
    port = free_port()
    environ = {
        "PATH": os.environ["PATH"], "HANDLER_DIR": str(pytestconfig.rootpath / "handler"),
        "PORT": str(port), "WATCHER_PORT": "0", "MESH_PORT": "0", "METRICS_PORT": "0",
        "LOCK_FILE": str(folder / "lock"),
    }  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "watcher"], env=environ, cwd=folder, stderr=log
        )
    try:
        end = time.monotonic() + PATIENCE
        while not (folder / "lock").exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0


def ask(function, picture, **query):
    answer = requests.post(function, picture, params=query, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_json_is_the_same_to_the_letter(function, detector, samples, name, settings):
    picture = samples / name
    reply = ask(function, picture.read_bytes(), **settings)
    result = detector(picture, **settings)
    assert result.to_json() == reply.text
    assert Result.from_json(reply.text) == Result.from_json(reply.content) == result


@pytest.mark.parametrize("name", SAMPLES)
def test_the_full_reply_is_the_dictionary(function, detector, samples, name):
    reply = ask(function, (samples / name).read_bytes(), format="full").json()
    told = detector(samples / name).to_dict()
    assert list(reply.pop("timings_ms")) == list(told.pop("timings_ms"))
    assert told == reply
    assert list(told) == list(reply)


@pytest.mark.parametrize("kind", ["jpeg", "png"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_drawn_picture_is_the_same_byte_for_byte(
    function, detector, samples, tmp_path, name, kind
):
    drawn = ask(function, (samples / name).read_bytes(), format=kind).content
    saved = detector(samples / name).save(tmp_path / f"drawn.{kind}")
    assert saved.read_bytes() == drawn


def test_a_remote_result_is_drawn_like_a_local_one(function, detector, coffee, tmp_path):
    reply = ask(function, coffee.read_bytes(), format="full")
    remote = Result.from_json(reply.content, picture=coffee)
    assert remote.plot().tobytes() == detector(coffee).plot().tobytes()


def test_a_picture_of_a_batch_fails_alike(function, detector, coffee):
    whole = coffee.read_bytes()
    pictures = [whole, whole[:20_000]]
    batch = {"images": [base64.b64encode(each).decode() for each in pictures]}
    entries = requests.post(function, json=batch, timeout=PATIENCE).json()
    remote = [Result.from_json(entry) for entry in entries]
    local = detector(pictures, on_error="keep")
    assert remote == local
    assert remote[1].error == local[1].error


def test_an_error_has_the_code_of_the_reply(function, detector):
    answer = requests.post(function, b"nothing", timeout=PATIENCE)
    with pytest.raises(DetectorError) as caught:
        detector(b"nothing")
    assert caught.value.code == answer.json()["error"]["code"] == "not_an_image"
    with pytest.raises(ValueError, match="the reply is an error, not_an_image"):
        Result.from_json(answer.content)
