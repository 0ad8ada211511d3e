"""What happens to functions when something dies: a replica, the gateway, a new revision."""

import contextlib
import http.client
import json
import signal
import subprocess
import sys

import pytest
import requests

TIMEOUT = 30
# Says that it has begun, and ends when it is told to, or after half a minute.
SLOW = """
import pathlib, threading

FOLDER = pathlib.Path({!r})

class Handler:
    def __call__(self, req):
        (FOLDER / "began").touch()
        for _ in range(3000):
            if (FOLDER / "go").exists():
                break
            threading.Event().wait(0.01)
        return "done"
"""
VERSION = """
class Handler:
    def __call__(self, req):
        return "{}"
"""
BROKEN = """
class Handler:
    def __init__(self):
        raise RuntimeError("the weights are missing")

    def __call__(self, req):
        return "never"
"""


def call(gateway, name="echo", body=b"hello"):
    return requests.post(f"{gateway.rest}/function/{name}", data=body, timeout=TIMEOUT)


def test_kill_9_leaves_no_orphan_and_functions_come_back(
    gateways, write_function, tmp_path, wait_for, is_alive
):
    first = gateways()
    first.deploy(write_function(tmp_path / "f"))
    watchers = first.children()
    assert watchers
    first.end(signal.SIGKILL)
    wait_for(lambda: not any(map(is_alive, watchers)))
    second = gateways()
    wait_for(lambda: call(second).status_code == 200)
    assert call(second).content == b"hello"


def test_sigterm_finishes_calls_and_ends_every_process(
    gateways, write_function, tmp_path, is_alive, wait_for
):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f", "slow", SLOW.format(str(tmp_path))))
    watchers = gateway.children()
    running = subprocess.Popen(
        [sys.executable, "-m", "dcf", "function", "call", "-g", gateway.rest, "slow"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for((tmp_path / "began").exists)
    gateway.process.send_signal(signal.SIGTERM)
    assert "Stopping ...\n" in iter(gateway.process.stdout.readline, "")
    (tmp_path / "go").touch()
    assert gateway.process.wait(timeout=TIMEOUT) == 0
    gateway.process.stdout.close()
    assert running.communicate(timeout=TIMEOUT)[0] == b"done"
    assert not any(map(is_alive, watchers))


def test_a_replica_that_dies_is_started_again(gateways, write_function, tmp_path, wait_for):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f"))
    (before,) = gateway.children()
    died = call(gateway, body=b"exit")
    assert (died.status_code, died.headers["X-Error-Code"]) == (502, "replica_crashed")
    wait_for(lambda: call(gateway).status_code == 200)
    assert gateway.children() != [before]


def test_no_call_is_lost_while_a_revision_takes_over(gateways, write_function, tmp_path):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f", "v", VERSION.format("one")))
    config = write_function(tmp_path / "f", "v", VERSION.format("two"))
    command = [
        sys.executable,
        "-m",
        "dcf",
        "function",
        "create",
        "-g",
        gateway.rest,
        "-f",
        str(config),
    ]
    update = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    answers = []
    while update.poll() is None or len(answers) < 50:
        answers.append(call(gateway, "v").text)
    assert update.returncode == 0
    assert set(answers) == {"one", "two"}
    assert answers == sorted(answers)  # never back to the old one


def test_a_revision_that_cannot_load_leaves_the_old_one_and_says_why(
    gateways, write_function, tmp_path, wait_for
):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f", "v", VERSION.format("one")))
    failed = gateway.dcf("create", "-f", write_function(tmp_path / "f", "v", BROKEN))
    assert failed.returncode == 1
    words = failed.stderr.decode()
    assert "the weights are missing" in words
    assert "still serves" in words
    assert "Traceback" not in words
    assert call(gateway, "v").text == "one"
    wait_for(lambda: len(gateway.children()) == 1)


def test_a_first_revision_that_cannot_load_says_why_and_a_mended_one_serves(
    gateways, write_function, tmp_path
):
    gateway = gateways()
    failed = gateway.dcf("create", "-f", write_function(tmp_path / "f", "v", BROKEN))
    assert (failed.returncode, b"the weights are missing" in failed.stderr) == (1, True)
    none = call(gateway, "v")
    assert (none.status_code, none.headers["X-Error-Code"]) == (503, "not_ready")
    gateway.deploy(write_function(tmp_path / "f", "v", VERSION.format("mended")))
    assert call(gateway, "v").text == "mended"


def test_scaling_starts_and_drains_replicas(gateways, write_function, tmp_path, wait_for):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f"))

    def scale(replicas):
        body = {"serviceName": "echo", "replicas": replicas}
        requests.post(f"{gateway.rest}/system/scale-function/echo", json=body, timeout=TIMEOUT)

    scale(2)
    wait_for(lambda: status(gateway)["availableReplicas"] == 2)
    scale(0)
    wait_for(lambda: not gateway.children())
    assert call(gateway).status_code == 503
    scale(1)
    wait_for(lambda: call(gateway).status_code == 200)


def status(gateway, name="echo"):
    return requests.get(f"{gateway.rest}/system/function/{name}", timeout=TIMEOUT).json()


def test_code_runs_from_the_archive_and_not_from_the_working_copy(
    gateways, write_function, tmp_path
):
    gateway = gateways()
    config = write_function(tmp_path / "f")
    gateway.deploy(config)
    (tmp_path / "f" / "src" / "handler.py").write_text("raise SystemExit('edited')")
    where = call(gateway, body=b"where").text
    assert where.startswith(str(gateway.home / "code"))


def test_packages_of_the_archive_win_over_installed_ones(gateways, write_function, tmp_path):
    folder = tmp_path / "f"
    (folder / "models" / "ssd").mkdir(parents=True)
    (folder / "models" / "__init__.py").write_text("")
    (folder / "models" / "ssd" / "__init__.py").write_text("HERE = 'from the archive'")
    code = "import models.ssd\n\n\ndef handle(body):\n    return models.ssd.HERE\n"
    config = write_function(folder, "own", code, name="handle", include="[models/ssd]")
    gateway = gateways()
    gateway.deploy(config)
    assert call(gateway, "own").text == "from the archive"


def test_logs_can_be_followed_and_do_not_hold_up_the_end(gateways, write_function, tmp_path):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f"))
    address = f"{gateway.rest}/system/logs?name=echo&follow=true&tail=1"
    with requests.get(address, stream=True, timeout=TIMEOUT) as stream:
        lines = stream.iter_lines()
        assert "ready" in json.loads(next(lines))["text"]
        call(gateway)
        assert "POST /" in json.loads(next(lines))["text"]
        assert gateway.end(signal.SIGTERM) == 0


@pytest.mark.slow
def test_requirements_become_an_overlay_installed_once(gateways, write_function, tmp_path):
    config = write_function(
        tmp_path / "f",
        "req",
        "import tinything\n\n\ndef handle(body):\n    return tinything.WORD\n",
        name="handle",
    )
    wheel = make_wheel(tmp_path / "f" / "src")
    (tmp_path / "f" / "src" / "requirements.txt").write_text(f"./{wheel.name}\n")
    gateway = gateways()
    gateway.deploy(config)
    assert call(gateway, "req").text == "installed"
    log = gateway.dcf("log", "req").stdout.decode()
    assert "installing requirements.txt" in log
    assert len(list((gateway.home / "overlays").iterdir())) == 1


def make_wheel(folder):
    import zipfile

    wheel = folder / "tinything-1.0-py3-none-any.whl"
    info = "tinything-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("tinything.py", "WORD = 'installed'\n")
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tinything\nVersion: 1.0\n")
        file.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr(f"{info}/RECORD", "")
    return wheel


GATED = """
import time
from pathlib import Path

class Handler:
    def __call__(self, req):
        Path({begun!r}).touch()
        while not Path({gate!r}).exists():
            time.sleep(0.01)
        return "done"
"""


def test_at_its_end_idle_connections_end_and_every_other_with_its_answer(
    gateways, write_function, tmp_path, wait_for
):
    gateway = gateways()
    begun, gate = tmp_path / "begun", tmp_path / "gate"
    code = GATED.format(begun=str(begun), gate=str(gate))
    gateway.deploy(write_function(tmp_path / "f", "gated", code))
    host = gateway.rest.removeprefix("http://")
    idle, busy = (http.client.HTTPConnection(host, timeout=TIMEOUT) for _ in range(2))
    with contextlib.closing(idle), contextlib.closing(busy):
        for each in (idle, busy):
            each.request("GET", "/healthz")
            first = each.getresponse()
            assert (first.read(), first.getheader("Connection")) == (b"OK", None)
        busy.request("POST", "/function/gated")
        wait_for(begun.exists)
        gateway.process.send_signal(signal.SIGTERM)
        assert idle.sock.recv(1) == b""
        gate.touch()
        last = busy.getresponse()
        assert (last.status, last.getheader("Connection"), last.read()) == (200, "close", b"done")
    assert gateway.process.wait(TIMEOUT) == 0
