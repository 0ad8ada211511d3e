"""Each runtime's template works as the tutorial says: init, create, call."""

import json
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[3] / "samples" / "coffee.jpg"


@pytest.fixture
def make(dcf, echo_gateway, tmp_path):
    """`make(runtime, name)` gives a function that calls what init and create have made."""
    made = []

    def run(runtime, name):
        done = dcf("function", "init", "-r", runtime, name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        folder = tmp_path / name
        done = dcf("function", "create", "-f", "config.yaml", "-g", echo_gateway.rest, cwd=folder)
        assert done.returncode == 0, done.stderr.decode()
        made.append(name)

        def call(*flags, stdin=b"", gateway=echo_gateway.rest):
            done = dcf("function", "call", "-g", gateway, name, *flags, stdin=stdin)
            assert done.returncode == 0, done.stderr.decode()
            return done.stdout

        return call

    yield run
    for name in made:
        dcf("function", "delete", "-g", echo_gateway.rest, name)


@pytest.mark.parametrize("runtime", ["python3", "python"])
def test_python3_answers_what_came(make, runtime):
    assert make(runtime, f"t-{runtime}")(stdin=b"Hello DCF!\n") == b"Hello DCF!\n"


def test_python3_http_sees_method_path_and_query(make):
    call = make("python3-http", "t-http")
    assert call("--path", "who", "--method", "PUT", stdin=b"me") == b"PUT /who: me"


def test_streaming_takes_and_gives_bytes_over_invokes(make, echo_gateway):
    call = make("streaming", "t-stream")
    sent = bytes(range(256))
    assert call(stdin=sent, gateway=echo_gateway.grpc) == sent[::-1]


def test_python3_detection_finds_the_cup(make):
    call = make("python3-detection", "t-detection")
    first, *_ = json.loads(call("--file", SAMPLE))
    assert first["class"] == "cup"
    (only,) = json.loads(call("--file", SAMPLE, "--query", "classes=cup"))
    assert only == first
    picture = call("--file", SAMPLE, "--header", "Accept: image/png")
    assert picture.startswith(b"\x89PNG")
