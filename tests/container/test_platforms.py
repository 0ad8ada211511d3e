"""The images under what platforms do with them: the exports' own settings, probes, calls, ends."""

import base64
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

import cv2
import grpc
import numpy as np
import pytest
import yaml

from dcf._proto import fxwatcher_pb2 as pb
from dcf._proto import fxwatcher_pb2_grpc
from tests.waiting import until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
CUP = (ROOT / "samples/coffee.jpg").read_bytes()
LOCKED = (
    "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "256m",
)  # fmt: skip
SLOW = """
import pathlib
import sys
import time

HEARD = sys.stdin.read()


class Handler:
    def __call__(self, request):
        while request.query.get("held") and not pathlib.Path("/dcf/handler/go").exists():
            time.sleep(0.01)
        return {"stdin": HEARD, "name": request.info.FunctionName}
"""


@contextmanager
def running(engine, image, port, *flags):
    """A container in the background, and where its port is on this machine."""
    name = f"dcf-test-{uuid.uuid4().hex[:12]}"
    engine.run("run", "-d", "--name", name, "-p", f"127.0.0.1::{port}", *LOCKED, *flags, image)
    try:
        yield name, engine.run("port", name, str(port)).stdout.split()[0]
    finally:
        engine.run("rm", "-f", name, check=False)


def ask(address, body=None, path="/"):
    """Status, headers and body, whatever the status is."""
    call = urllib.request.Request(f"http://{address}{path}", body)
    try:
        with urllib.request.urlopen(call, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def classes(body):
    return [each["class"] for each in json.loads(body)]


def exported(target, out, *flags):
    """The one file of an export of this project's function, parsed."""
    subprocess.run(
        [sys.executable, "-m", "dcf", "export", "-t", target, "--out", out, *flags],
        cwd=ROOT, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    (file,) = Path(out).iterdir()
    return yaml.safe_load(file.read_text())


def variables(pairs):
    return [word for name, text in pairs for word in ("-e", f"{name}={text}")]


@pytest.fixture
def slow_handler(tmp_path):
    """Flags that put a handler into the watcher's image which holds calls until `go` is there."""
    (tmp_path / "handler.py").write_text(SLOW)
    tmp_path.chmod(0o755)
    return ("--tmpfs", "/tmp", "-v", f"{tmp_path}:/dcf/handler:ro")


# Knative's runtime contract.


@pytest.mark.parametrize("user", ["10001", "54321:0"], ids=["its own user", "any user"])
def test_the_service_as_knative_runs_it(engine, function_image, tmp_path, user):
    service = exported("knative", tmp_path / "out")
    spec = service["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]  # as LOCKED has it
    mounts = [f"--tmpfs={each['mountPath']}" for each in container["volumeMounts"]]
    env = [(each["name"], each["value"]) for each in container["env"]]
    # What the platform adds; the port may be any, whatever the file says.
    env += [("PORT", "9000"), ("K_SERVICE", "pictures"), ("K_CONFIGURATION", "pictures"),
            ("K_REVISION", "pictures-00001")]  # fmt: skip
    flags = (*mounts, *variables(env), "--user", user)
    with running(engine, function_image, 9000, *flags) as (name, address):
        engine.wait_ready(name, f"http://{address}")
        for probe in ("readinessProbe", "livenessProbe"):
            assert ask(address, path=container[probe]["httpGet"]["path"])[0] == 200
        status, headers, body = ask(address, CUP)
        assert (status, classes(body)) == (200, ["cup", "dining table"])
        assert headers["Server-Timing"]
        told = json.loads(ask(address, path="/_/info")[2])
        assert (told["name"], told["revision"]) == ("pictures", "pictures-00001")
        assert told["limits"]["max_inflight"] == spec["containerConcurrency"] + 1
        there = engine.run(
            "exec", name, "python", "-c",
            "import socket; print(socket.socket().connect_ex(('127.0.0.1', 8080)))",
        )  # fmt: skip
        assert there.stdout.strip() != "0"  # it listens on PORT and not on another one, too
        engine.run("stop", "-t", "20", name)
        assert engine.inspect(name, "{{.State.ExitCode}}") == "0"


def test_a_full_function_refuses_and_sigterm_finishes_what_runs(
    engine, watcher_image, slow_handler, tmp_path
):
    env = variables([("CONCURRENCY", 1), ("MAX_INFLIGHT", 2), ("K_SERVICE", "slow")])
    with running(engine, watcher_image, 8080, *slow_handler, *env) as (name, address):
        engine.wait_ready(name, f"http://{address}")
        told = json.loads(ask(address, b"x")[2])
        assert told == {"stdin": "", "name": "slow"}  # stdin is at its end
        answers = []
        calls = [
            threading.Thread(target=lambda: answers.append(ask(address, b"x", "/?held=1")))
            for _ in range(2)
        ]
        for call in calls:
            call.start()
        until(lambda: ask(address, path="/_/ready")[0] == 429)
        status, headers, body = ask(address, b"x")
        assert (status, json.loads(body)["error"]["code"]) == (429, "overloaded")
        assert headers["Retry-After"] == "1"
        assert ask(address, path="/_/health")[0] == 200
        engine.run("kill", "--signal", "TERM", name)
        (tmp_path / "go").touch()
        for call in calls:
            call.join(30)
        assert [status for status, _, _ in answers] == [200, 200]
        assert engine.run("wait", name, timeout=60).stdout.strip() == "0"


# OpenFaaS, without of-watchdog.


def test_the_function_as_openfaas_runs_it(engine, function_image, tmp_path):
    stack = exported("openfaas", tmp_path / "out")
    function = stack["functions"]["ssd"]
    assert function["readonly_root_filesystem"]
    (tmp_path / "secrets").mkdir(mode=0o755)
    (tmp_path / "secrets/token").write_text("hidden")
    flags = (
        "--tmpfs", "/tmp", *variables(function["environment"].items()),
        # All of what is looked at while it drains must fit in.
        *variables([("DRAIN_DELAY", "12s")]),
        "-v", f"{tmp_path / 'secrets'}:/var/openfaas/secrets:ro",
    )  # fmt: skip
    with running(engine, function_image, 8080, *flags) as (name, address):
        engine.wait_ready(name, f"http://{address}")
        engine.run("exec", name, "cat", "/tmp/.lock")  # the probe of a default installation
        assert engine.run("exec", name, "cat", "/var/openfaas/secrets/token").stdout == "hidden"
        assert classes(ask(address, base64.encodebytes(CUP))[2]) == ["cup", "dining table"]
        page = engine.run(
            "exec", name, "python", "-c",
            "import urllib.request as u; "
            "print(u.urlopen('http://127.0.0.1:8081/metrics').read().decode())",
        ).stdout  # fmt: skip
        assert 'http_requests_total{code="200",method="post"} 1.0' in page
        # A rolling update: calls go on coming until everybody has heard.
        engine.run("kill", "--signal", "TERM", name)
        until(lambda: engine.run("exec", name, "cat", "/tmp/.lock", check=False).returncode)
        assert ask(address, path="/_/health")[0] == 503
        assert ask(address, path="/_/ready")[0] == 503
        assert ask(address, CUP)[0] == 200
        assert engine.run("wait", name, timeout=90).stdout.strip() == "0"


# DCF and OpenFx: their gateway calls by gRPC.


def call_as_their_gateway(place, body):
    """One call the way their gateway makes it: a connection of its own, and what it tells."""
    trigger = pb.Trigger(Name="grpc", Time="2026-11-21 10:00:00.000000000 +0000 UTC")
    info = pb.Info(FunctionName="ssd", Trigger=trigger)
    with grpc.insecure_channel(place) as channel:
        stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
        return stub.Call(pb.Request(input=body, info=info), timeout=30).Output


def large_picture():
    """A PNG of noise, over the 4 MiB that gRPC takes unless told otherwise, even before base64."""
    noise = np.random.default_rng(0).integers(0, 256, (1300, 1300, 3), np.uint8)
    picture = cv2.imencode(".png", noise)[1].tobytes()
    assert len(picture) > 4 << 20
    return picture


def test_the_function_as_dcfs_gateway_calls_it(engine, function_image, tmp_path):
    config = exported("dcf", tmp_path / "out")
    env = {**config["functions"]["ssd"]["environment"], "REPLY_FORMAT": "dcf"}
    flags = ("--tmpfs", "/tmp", *variables(env.items()))
    with running(engine, function_image, 50051, *flags) as (name, place):
        wait_for_lock(engine, name)
        for _ in range(5):
            found = json.loads(call_as_their_gateway(place, base64.encodebytes(CUP)))
            assert [list(each) for each in found] == [
                ["class", "confidence", "xmin", "ymin", "xmax", "ymax"]
            ] * 2
            assert all(isinstance(text, str) for each in found for text in each.values())
        assert [each["class"] for each in found] == ["47", "67"]
        assert isinstance(json.loads(call_as_their_gateway(place, large_picture())), list)
        with pytest.raises(grpc.RpcError) as refused:
            call_as_their_gateway(place, b"hello")
        assert refused.value.details().startswith("Exception calling application: ")
        engine.run("stop", "-t", "20", name)
        assert engine.inspect(name, "{{.State.ExitCode}}") == "0"


def wait_for_lock(engine, name):
    """What their cluster's probe does."""
    end = time.monotonic() + 60
    while engine.run("exec", name, "cat", "/tmp/.lock", check=False).returncode:
        assert engine.inspect(name, "{{.State.Running}}") == "true", engine.run("logs", name).stderr
        assert time.monotonic() < end
        time.sleep(0.1)


# A judge's run, from the file of settings.


def test_the_judges_file_of_settings_makes_it_a_batch(engine, function_image, tmp_path):
    out = tmp_path / "out"
    subprocess.run(
        [sys.executable, "-m", "dcf", "export", "-t", "agc", "--out", out],
        cwd=ROOT, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    done = engine.run(
        "run", "--rm", "--network", "none", *LOCKED, "--tmpfs", "/tmp", "--env-file",
        str(out / "ssd.env"), "-v", f"{ROOT / 'samples'}:/data:ro", function_image,
    )  # fmt: skip
    written = Path(done.stdout.strip())
    assert (str(written.parent), written.suffix) == ("/tmp", ".json")
