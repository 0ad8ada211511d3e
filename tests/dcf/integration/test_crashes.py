"""A replica that ends by itself, by every signal and status: what each place says of it."""

import json
import sys

import grpc
import pytest
import requests

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from tests.terminal import seen

ENDS = """
import ctypes, os, signal, threading

def boom():
    print("Traceback of a thread", flush=True)
    os._exit(5)

def die():
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()

def in_a_thread():
    thread = threading.Thread(target=boom)
    thread.start()
    thread.join()
    signal.pause()

WAYS = {
    "SIGSEGV": lambda: ctypes.string_at(0),
    "SIGKILL": die,
    "SIGABRT": os.abort,
    "status 7": lambda: os._exit(7),
    "status 0": lambda: os._exit(0),
    "status 5": in_a_thread,
}
"""
SERVING = ENDS + "\n\ndef handle(body):\n    return WAYS[body]() if body in WAYS else body\n"
LOADING = ENDS + "\n\nWAYS[os.environ['WAY']]()\n\n\ndef handle(body):\n    return body\n"
CAUSES = {
    "SIGSEGV": "killed by signal 11 (SIGSEGV)",
    "SIGKILL": "killed by signal 9 (SIGKILL)",
    "SIGABRT": "killed by signal 6 (SIGABRT)",
    "status 7": "exited with status 7",
    "status 0": "exited with status 0, though nobody asked it to",
    "status 5": "exited with status 5",
}
WAYS = pytest.mark.parametrize("way", CAUSES)
SECONDS = 30


@pytest.fixture
def serving(module_gateway, write_function, tmp_path):
    """A gateway whose function `s` ends as it is told, and has not ended yet."""
    module_gateway.deploy(write_function(tmp_path / "serving", "s", SERVING, name="handle"))
    yield module_gateway
    module_gateway.dcf("delete", "s")


def described(gateway, name):
    return json.loads(gateway.dcf("info", name, "--json").stdout)["annotations"]


def history(gateway, name):
    return json.loads(gateway.dcf("history", name, "--json").stdout)


def listed(gateway):
    """The words of a narrow terminal."""
    command = (sys.executable, "-m", "dcf", "function", "list", "-g", gateway.rest)
    return " ".join(seen(*command, columns=60)[0].split())


def said(gateway, name):
    return gateway.dcf("log", name).stdout.decode()


def called(gateway, body):
    return requests.post(f"{gateway.rest}/function/s", body.encode(), timeout=SECONDS)


@WAYS
def test_one_that_ends_while_it_serves_is_explained_to_its_caller_and_everywhere(serving, way):
    answer = called(serving, way)
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (502, "replica_crashed")
    error = answer.json()["error"]
    assert error["code"] == "replica_crashed"
    assert f"Its replica ended during the call: {CAUSES[way]}" in error["message"]
    # What it wrote is for those who may read its log.
    assert "Traceback" not in error["message"]
    assert "handler.py" not in error["message"]

    assert serving.dcf("ready", "s").returncode == 0
    told = described(serving, "s")
    assert (told["dcf.rollout"], told["dcf.restarts"]) == ("ready", "1")
    assert told["dcf.last-exit"].startswith(CAUSES[way])
    assert told["dcf.last-exit-at"].endswith("Z")
    (revision,) = history(serving, "s")
    assert (revision["last_exit"], revision["restarts"]) == (told["dcf.last-exit"], 1)
    assert f"replica ended: {told['dcf.last-exit']}\n" in said(serving, "s")
    shown = listed(serving)
    assert "s Ready 1/1" in shown
    assert f"Z: {CAUSES[way]}" in shown


@WAYS
def test_over_grpc_the_caller_is_told_the_same(serving, way):
    asked = pb.InvokeServiceRequest(Service="s", Input=way.encode())
    with grpc.insecure_channel(serving.grpc) as channel:
        invoke = GatewayStub(channel).Invoke
        with pytest.raises(grpc.RpcError) as raised:
            invoke(asked, timeout=SECONDS)
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
    assert f"Its replica ended during the call: {CAUSES[way]}" in raised.value.details()
    assert dict(raised.value.trailing_metadata())["x-error-code"] == "replica_crashed"


@WAYS
def test_a_first_deploy_and_an_update_that_end_while_they_load_say_how(
    module_gateway, write_function, tmp_path, way
):
    good = write_function(tmp_path / "good", "l", SERVING, name="handle")
    bad = write_function(tmp_path / "bad", "l", LOADING, name="handle")
    bad.write_text(f"{bad.read_text()}    environment:\n      WAY: {way}\n")
    first = module_gateway.dcf("create", "-f", bad)
    assert first.returncode == 1
    assert f"function l cannot become ready: {CAUSES[way]}" in first.stderr.decode()
    places = [
        described(module_gateway, "l")["dcf.reason"],
        history(module_gateway, "l")[0]["reason"],
    ]
    assert all(each.startswith(CAUSES[way]) for each in places), places
    assert f"revision 1 cannot become ready: {CAUSES[way]}" in said(module_gateway, "l")
    none = requests.post(f"{module_gateway.rest}/function/l", b"x", timeout=SECONDS)
    assert (none.status_code, none.headers["X-Error-Code"]) == (503, "not_ready")
    assert f"Its last replica: {CAUSES[way]}" in none.text

    module_gateway.deploy(good)
    update = module_gateway.dcf("create", "-f", bad)
    assert update.returncode == 1
    words = update.stderr.decode()
    assert f"{CAUSES[way]}" in words
    assert "revision 2 still serves" in words
    failed, serves, _ = history(module_gateway, "l")
    assert (failed["rollout"], serves["serving"]) == ("failed", True)
    assert failed["reason"].startswith(CAUSES[way])
    shown = listed(module_gateway)
    assert "l Ready 1/1" in shown
    assert f"revision 3 failed: {CAUSES[way]}" in shown
    answer = requests.post(f"{module_gateway.rest}/function/l", b"well", timeout=SECONDS)
    assert answer.text == "well"
    module_gateway.dcf("delete", "l")
