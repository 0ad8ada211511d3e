"""Exported folders under the real functions-framework, in an environment of their own."""

import base64
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
import requests

from tests.functions_framework import Framework
from tests.ports import free_port
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CUP = Path(__file__).parents[3] / "samples/coffee.jpg"
# Holds a call while its query says so: until a file is there, half a minute at most.
SLOW = """
import pathlib, threading


class Handler:
    def __call__(self, request):
        if until := request.query.get("until"):
            pathlib.Path(until + ".began").touch()
            for _ in range(3000):
                if pathlib.Path(until).exists():
                    break
                threading.Event().wait(0.01)
        return "done"
"""


@pytest.fixture(scope="module")
def ssd(tmp_path_factory, project):
    """The project's own function, exported."""
    out = tmp_path_factory.mktemp("ssd")
    subprocess.run(
        [sys.executable, "-m", "dcf", "export", "-t", "cloud-functions", "--out", out],
        cwd=project, check=True, timeout=60, capture_output=True,
    )  # fmt: skip
    return out / "ssd"


@pytest.fixture(scope="module")
def served(environment, ssd):
    one = Framework(environment, ssd).wait()
    yield one
    assert one.end() == 0, one.said


@pytest.fixture(scope="module")
def watcher(tmp_path_factory, project):
    """The same function behind the watcher's own door."""
    folder = tmp_path_factory.mktemp("watcher")
    ports = dict.fromkeys(("WATCHER_PORT", "MESH_PORT", "METRICS_PORT"), "0")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "watcher"], cwd=project,
        env={"PATH": os.environ["PATH"], "HANDLER_DIR": "handler", "PORT": str(port), **ports,
             "LOCK_FILE": str(folder / "lock")},
    )  # fmt: skip
    until(lambda: (folder / "lock").exists() or process.poll() is not None)
    assert process.poll() is None
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    assert process.wait(timeout=20) == 0


def calls(project):
    photo = (project / "samples/coffee.jpg").read_bytes()
    text = base64.encodebytes(photo)
    as_json = json.dumps({"image": text.decode(), "threshold": 0.3}).encode()
    return {
        "raw": {"data": photo},
        "base64": {"data": text},
        "curl's content type": {
            "data": photo, "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        "multipart": {"files": {"image": ("a.jpg", photo, "image/jpeg")}},
        "json": {"data": as_json, "headers": {"Content-Type": "application/json"}},
        "batch": {"json": {"images": [text.decode(), "no picture"]}},
        "chunked": {"data": (photo[at : at + 5000] for at in range(0, len(photo), 5000))},
        "dcf": {"data": photo, "params": {"format": "dcf"}},
        "picture": {"data": photo, "headers": {"Accept": "image/png"}},
        "nothing": {},
        "no picture": {"data": b"hello"},
        "cut": {"data": photo[:5000]},
        "wrong option": {"data": photo, "params": {"threshold": "2"}},
        "too large": {"data": bytes(33 << 20)},
        "usage": {"method": "GET"},
        "health": {"method": "GET", "path": "/_/health"},
        "ready": {"method": "GET", "path": "/_/ready"},
        "wrong method": {"path": "/_/ready"},
    }  # fmt: skip


NAMES = ("raw", "base64", "curl's content type", "multipart", "json", "batch", "chunked", "dcf",
         "picture", "nothing", "no picture", "cut", "wrong option", "too large", "usage", "health",
         "ready", "wrong method")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_replies_are_those_of_the_watcher(served, watcher, project, name):
    """Status, body, and what headers say; only times and the two servers' own headers differ."""
    answers = []
    for base in (served.url(""), watcher):
        call = dict(calls(project)[name])
        headers = {"X-Call-Id": "one-call", **call.pop("headers", {})}
        method, path = call.pop("method", "POST"), call.pop("path", "/")
        answer = requests.request(method, base + path, headers=headers, timeout=30, **call)
        stages = re.sub(r"=[\d.]+", "", answer.headers.get("Server-Timing", ""))
        known = {key: answer.headers.get(key) for key in ("Content-Type", "X-Call-Id", "Allow")}
        timed = "X-Duration-Seconds" in answer.headers
        answers.append((answer.status_code, answer.content, stages, known, timed))
    assert answers[0] == answers[1]


def test_the_environment_of_these_tests_is_what_the_export_asks_for(environment, ssd, exporter):
    """pip finds nothing missing, with hashes and with a function's own file that has none."""
    exporter.config()
    (exporter.folder / "src/requirements.txt").write_text("requests>=2\n")
    own = exporter.files("cloud-functions")[0]["fn/requirements.txt"]
    for file, flags in ((ssd / "requirements.txt", ["--require-hashes"]), (own, [])):
        done = subprocess.run(
            [environment / "pip", "install", "--dry-run", "--no-index", *flags, "-r", file],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Would install" not in done.stdout


@pytest.mark.parametrize(
    ("runtime", "found"),
    [("python3-detection", '"class": "cup"'), ("python3-http", "POST /: "), ("python3", "cup")],
)
def test_functions_of_the_templates_run_too(start, exporter, runtime, found):
    """As `dcf function init` makes them; one of them builds on the detector's packages."""
    command = [sys.executable, "-m", "dcf", "function", "init", "mine", "-r", runtime]
    subprocess.run(command, cwd=exporter.folder, check=True, capture_output=True, timeout=60)
    done = exporter.run("-t", "cloud-functions", "-f", "mine/config.yaml")
    assert done.returncode == 0, done.stderr
    running = start(exporter.folder / "export/cloud-functions/mine").wait()
    body = CUP.read_bytes() if runtime == "python3-detection" else b"cup"
    assert found in running.post(body).text


def test_a_wrong_setting_and_a_handler_that_cannot_load_end_the_start(start, ssd, exporter):
    wrong = start(ssd, EXEC_TIMEOUT="soon")
    assert wrong.process.wait(timeout=30) != 0
    assert "EXEC_TIMEOUT is 'soon'; it must be seconds" in wrong.said
    exporter.config()
    (exporter.folder / "src/handler.py").write_text("import nothing_of_that_name\n")
    broken = start(exporter.files("cloud-functions")[0]["fn/main.py"].parent)
    assert broken.process.wait(timeout=30) != 0
    assert "No module named 'nothing_of_that_name'" in broken.said


def test_a_handler_that_loads_for_ever_ends_the_start(start, exporter):
    exporter.config()
    (exporter.folder / "src/handler.py").write_text(
        "import threading\n\nthreading.Event().wait(60)\n"
    )
    folder = exporter.files("cloud-functions")[0]["fn/main.py"].parent
    endless = start(folder, LOAD_TIMEOUT="1s")
    assert endless.process.wait(timeout=30) != 0
    assert re.search(
        r"loading the handler took over 1 s \(LOAD_TIMEOUT\) and is at function/src/handler\.py:3 "
        r"in <module>; raise LOAD_TIMEOUT",
        endless.said,
    )


def slow(exporter):
    exporter.config()
    (exporter.folder / "src/handler.py").write_text(SLOW)
    files, _ = exporter.files("cloud-functions", {"handler": {"dir": "src", "name": "Handler"}})
    return files["fn/main.py"].parent


def test_a_call_under_way_is_answered_when_it_is_ended(start, exporter, tmp_path):
    running = start(slow(exporter)).wait()
    answers = []
    gate = tmp_path / "gate"
    call = threading.Thread(target=lambda: answers.append(running.post(path=f"/?until={gate}")))
    call.start()
    until((tmp_path / "gate.began").exists)
    running.process.send_signal(signal.SIGTERM)
    gate.touch()
    call.join(30)
    assert (answers[0].status_code, answers[0].text) == (200, "done")
    assert running.process.wait(timeout=30) == 0


def test_workers_build_their_own_and_the_limits_are_the_watchers(start, exporter, tmp_path):
    settings = {"WORKERS": "2", "CONCURRENCY": "1", "MAX_INFLIGHT": "2", "EXEC_TIMEOUT": "8s"}
    running = start(slow(exporter), **settings).wait()
    answers, gate = [], tmp_path / "gate"
    threads = [
        threading.Thread(target=lambda: answers.append(running.post(path=f"/?until={gate}")))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    until(lambda: len(answers) >= 6)  # each worker takes two at most
    gate.touch()
    for thread in threads:
        thread.join(30)
    found = sorted(answer.status_code for answer in answers)
    assert set(found) == {200, 429}  # none waits for ever, none is cut
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["error"]["code"] == "overloaded"
    assert refused.headers["Retry-After"] == "1"
    late = tmp_path / "late"
    assert running.post(path=f"/?until={late}").status_code == 504
    late.touch()


def test_a_server_that_does_not_fork_builds_it_at_the_first_call(start, exporter):
    running = start(slow(exporter), DEBUG="true").wait()
    assert running.post().text == "done"


@pytest.fixture
def bucket(environment, project, tmp_path):
    """The address of an emulator with pictures/a/coffee.jpg in it."""
    port = free_port()
    with (tmp_path / "emulator.txt").open("w") as log:
        process = subprocess.Popen(
            [environment / "gcp-storage-emulator", "start", "--host=127.0.0.1", f"--port={port}",
             "--in-memory", "--default-bucket=pictures"],
            stdout=log, stderr=log, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    photo = (project / "samples/coffee.jpg").read_bytes()
    upload = f"{address}/upload/storage/v1/b/pictures/o?uploadType=media&name=a/coffee.jpg"

    def is_taken():
        try:
            with urllib.request.urlopen(urllib.request.Request(upload, photo), timeout=5):
                return True
        except (OSError, http.client.HTTPException):
            return False

    until(is_taken)
    yield address
    process.terminate()
    process.wait(timeout=10)


def structured(data, **more):
    event = {"specversion": "1.0", "id": "e1", "source": "//storage", "type": "t", **more}
    return {
        "json": {**event, "data": data},
        "headers": {"Content-Type": "application/cloudevents+json"},
    }


def test_events_that_carry_or_name_a_picture_are_answered(start, ssd, bucket, project):
    photo = (project / "samples/coffee.jpg").read_bytes()
    text = base64.b64encode(photo).decode()
    running = start(
        ssd, FUNCTION_TARGET="answer_event", FUNCTION_SIGNATURE_TYPE="cloudevent",
        STORAGE_EMULATOR_HOST=bucket, EXEC_TIMEOUT="20s",
    ).wait("/")  # fmt: skip
    binary = {"ce-specversion": "1.0", "ce-id": "e0", "ce-source": "/s", "ce-type": "t"}
    in_bucket = {"bucket": "pictures", "name": "a/coffee.jpg", "size": str(len(photo))}
    events = [
        {"data": photo, "headers": {**binary, "Content-Type": "image/jpeg"}},
        {"data": text, "headers": {**binary, "Content-Type": "text/plain"}},
        structured({"image": text}),
        structured(in_bucket, subject="objects/a/coffee.jpg"),
        structured({"message": {"data": text}, "subscription": "s"}),
    ]
    for event in events:
        assert running.post(**event).text == "OK"
    lines = running.lines()
    assert [[each["class"] for each in line["result"]] for line in lines] == [
        ["cup", "dining table"]
    ] * len(events)
    assert lines[3]["event"]["subject"] == "objects/a/coffee.jpg"
    assert running.post(**structured({**in_bucket, "name": "gone.jpg"})).text == "OK"
    assert running.post(**structured({"image": "no picture"})).text == "OK"
    assert [line["error"]["code"] for line in running.lines()[-2:]] == [
        "bad_request", "not_an_image",
    ]  # fmt: skip
    assert running.post(json={"no": "event"}).status_code == 400


def test_an_event_whose_bucket_cannot_be_reached_is_sent_again(start, ssd):
    running = start(
        ssd, FUNCTION_TARGET="answer_event", FUNCTION_SIGNATURE_TYPE="cloudevent",
        STORAGE_EMULATOR_HOST=f"http://127.0.0.1:{free_port()}", EXEC_TIMEOUT="2s",
    ).wait("/")  # fmt: skip
    answer = running.post(**structured({"bucket": "pictures", "name": "a.jpg"}))
    assert answer.status_code == 503
    assert running.lines()[-1]["error"]["code"] == "storage_failed"
