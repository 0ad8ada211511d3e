"""Every runtime: what `init` makes is built by `build`, runs, answers, and drains."""

import json
import urllib.request
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest

from dcf._proto import fxwatcher_pb2, fxwatcher_pb2_grpc

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

CUP = (Path(__file__).parents[2] / "samples/coffee.jpg").read_bytes()
LOCKED = (
    "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
)  # fmt: skip


class Case(NamedTuple):
    """A runtime, a call of what its template does, and how the answer is looked at."""

    runtime: str
    body: bytes
    answer: object
    seen: object = bytes
    path: str = "/"
    text: str = ""  # also sent over gRPC, whose answer is text; empty: it is not
    told: str = ""


CASES = [
    Case("python3", b"Hello DCF!\n", b"Hello DCF!\n", text="Hello", told="Hello"),
    Case("python3-http", b"me", b"POST /who: me", path="/who"),
    Case("streaming", bytes(range(256)), bytes(range(256))[::-1], text="abc", told="cba"),
    Case("python3-detection", CUP, "cup", lambda answer: json.loads(answer)[0]["class"]),
]


def call(place, text):
    """What it answers over gRPC, as a gateway of DCF asks it."""
    with grpc.insecure_channel(place) as channel:
        asked = fxwatcher_pb2.Request(input=text.encode())
        return fxwatcher_pb2_grpc.FxWatcherStub(channel).Call(asked, timeout=30).Output


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.runtime)
def test_a_function_is_made_built_run_called_and_drained(engine, bases, dcf, tmp_path, case):
    name = f"new-{case.runtime}"
    assert dcf("function", "init", "-r", case.runtime, name, cwd=tmp_path).returncode == 0
    config = tmp_path / name / "config.yaml"
    config.write_text(
        config.read_text().replace("desc: ''", f"desc: ''\n    docker_registry: {bases}")
    )
    image = f"{bases}/{name}"
    built = dcf("function", "build", "-v", cwd=tmp_path / name)
    assert built.returncode == 0, built.stderr.decode()[-2000:]
    assert f"Image: {image} built in local environment." in built.stdout.decode()
    try:
        with engine.container(image, *LOCKED, "-p", "127.0.0.1::50051") as (container, address):
            engine.wait_ready(container, address)
            request = urllib.request.Request(address + case.path, case.body)
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert case.seen(answer.read()) == case.answer
            if case.text:
                place = engine.run("port", container, "50051").stdout.split()[0]
                assert call(place, case.text) == case.told
            engine.run("stop", "-t", "20", container)
            assert engine.inspect(container, "{{.State.ExitCode}}") == "0"
        assert engine.inspect(image, "{{.Config.User}}") == "10001"
    finally:
        engine.run("image", "rm", "-f", image, check=False)
