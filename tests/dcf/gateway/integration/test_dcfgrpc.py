"""DCF's own Python client, as people have it from the package index, calls the real function.

Its generated code is older than protobuf's present default, so it runs in a process of its own with
the switch that protobuf itself names for that.
"""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
CUP = ROOT / "samples/coffee.jpg"
PROGRAM = """
import sys
from dcfgrpc.api import dcf

print(dcf(url=sys.argv[1], service=sys.argv[2], arg=sys.stdin.buffer.read()))
"""


@pytest.fixture(scope="module")
def gateway(echo_gateway):
    """The shared gateway with the project's own function `ssd` beside `echo`."""
    echo_gateway.deploy(ROOT / "config.yaml")
    yield echo_gateway
    assert echo_gateway.dcf("delete", "ssd").returncode == 0


def client(gateway, service, sent):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, gateway.grpc, service],
        input=sent,
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"},
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("encode", [base64.b64encode, base64.encodebytes], ids=["line", "wrapped"])
def test_a_photo_as_base64_is_answered_with_json(gateway, encode):
    done = client(gateway, "ssd", encode(CUP.read_bytes()))
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert [each["class"] for each in found] == ["cup", "dining table"]
    assert set(found[0]) == {
        "class", "class_id", "confidence", "xmin", "ymin", "xmax", "ymax",
    }  # fmt: skip


def test_an_error_reaches_it_with_the_contracts_words(gateway):
    done = client(gateway, "ssd", b"no picture")
    assert done.returncode == 1
    assert b"StatusCode.INVALID_ARGUMENT" in done.stderr
    assert b"could not invoke: ssd - not_an_image" in done.stderr


def test_it_takes_what_its_own_limit_of_4_mib_lets_through(gateway):
    sent = b"b" * (20 << 20)
    done = client(gateway, "echo", sent)
    assert b"Received message larger than max" in done.stderr  # its own limit, on the way back
    assert client(gateway, "echo", b"b" * (3 << 20)).stdout == b"b" * (3 << 20) + b"\n"
