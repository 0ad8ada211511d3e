"""Large bodies pass a real gateway process in pieces: its memory does not grow with them."""

import os
import sys
from pathlib import Path

import pytest
import requests

SIZE = 200 << 20
GROWTH = 48 << 20
CODE = """
class Handler:
    def __call__(self, req):
        if req.input == b"much":
            return bytes({size})
        return str(len(req.input))
"""


def peak(gateway):
    """The most memory the gateway's process ever had, in bytes."""
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.fixture
def large_gateway(gateways, write_function, tmp_path):
    gateway = gateways()
    config = write_function(tmp_path / "f", "large", CODE.format(size=SIZE))
    config.write_text(
        config.read_text() + f"    environment:\n      MAX_BODY_BYTES: '{SIZE + 1}'\n"
    )
    gateway.deploy(config)
    call = requests.post(gateway.rest + "/function/large", data=b"x", timeout=60)
    assert call.text == "1", call.text
    return gateway


def pieces():
    piece = os.urandom(1 << 20)
    for _ in range(SIZE >> 20):
        yield piece


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_200_mb_up_and_down_leave_the_gateway_small(large_gateway):
    address, before = large_gateway.rest + "/function/large", peak(large_gateway)
    up = requests.post(address, data=pieces(), timeout=120)
    assert up.text == str(SIZE), up.text[:200]
    with requests.post(address, data=b"much", stream=True, timeout=120) as down:
        assert sum(len(each) for each in down.iter_content(1 << 20)) == SIZE
    assert peak(large_gateway) - before < GROWTH


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_queued_calls_of_32_mb_leave_the_gateway_small(large_gateway, wait_for):
    before = peak(large_gateway)
    body = bytes(32 << 20)
    for _ in range(6):
        url = large_gateway.rest + "/async-function/large"
        assert requests.post(url, data=body, timeout=60).status_code == 202

    def is_empty():
        counts = requests.get(large_gateway.rest + "/system/queue", timeout=10).json()
        return counts["waiting"] == counts["running"] == 0

    wait_for(is_empty, 60)
    assert peak(large_gateway) - before < GROWTH
