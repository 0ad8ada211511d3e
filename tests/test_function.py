"""The real function behind the real watcher: replies and every error of a body, over both doors."""

import base64
import gzip
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import grpc
import pytest
import requests

from dcf._proto import fxwatcher_pb2, fxwatcher_pb2_grpc
from tests.free_port import free_port

ROOT = Path(__file__).parents[1]
CUP = (ROOT / "samples/coffee.jpg").read_bytes()
LIMIT = 200_000


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("function")
    http, wire = free_port(), free_port()
    environ = {
        "PATH": os.environ["PATH"],
        "HANDLER_DIR": str(ROOT / "handler"),
        "PORT": str(http),
        "WATCHER_PORT": str(wire),
        "MESH_PORT": "0",
        "METRICS_PORT": "0",
        "LOCK_FILE": str(folder / "lock"),
        "MAX_BODY_BYTES": str(LIMIT),
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "watcher"], env=environ, cwd=folder, stderr=log
        )
    try:
        end = time.monotonic() + 60
        while not (folder / "lock").exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.02)
        yield http, wire
    finally:
        process.terminate()
        assert process.wait(30) == 0


def huge_png():
    def chunk(name, content):
        crc = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + crc

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


ERRORS = {
    "empty_input": (b"", "", 400, "INVALID_ARGUMENT"),
    "not_an_image": (b"hello there", "", 400, "INVALID_ARGUMENT"),
    "bad_base64": (base64.b64encode(CUP)[:40_001], "", 400, "INVALID_ARGUMENT"),
    "truncated_image": (CUP[:40_000], "", 400, "INVALID_ARGUMENT"),
    "unsupported_format": (b"\0\0\0\x18ftypheic" + bytes(64), "", 415, "INVALID_ARGUMENT"),
    "too_many_pixels": (huge_png(), "", 413, "INVALID_ARGUMENT"),
    "too_costly": (b"\xff\xd8" + b"\xff\xe0\0\2" * 10_000, "", 413, "INVALID_ARGUMENT"),
    "body_too_large": (CUP * 4, "", 413, "RESOURCE_EXHAUSTED"),
    "bad_option": (CUP, "threshold=7", 400, "INVALID_ARGUMENT"),
}


@pytest.mark.parametrize("code", ERRORS)
def test_errors_over_http(ports, code):
    body, query, status, _ = ERRORS[code]
    reply = requests.post(f"http://127.0.0.1:{ports[0]}/?{query}", body, timeout=20)
    assert reply.status_code == status
    error = reply.json()["error"]
    assert error["code"] == code
    assert error["call_id"] == reply.headers["X-Call-Id"]
    assert "\n" not in error["message"]
    assert str(ROOT) not in reply.text


@pytest.mark.parametrize("code", ERRORS)
def test_errors_over_grpc(ports, code):
    body, query, _, status = ERRORS[code]
    with grpc.insecure_channel(f"127.0.0.1:{ports[1]}") as channel:
        stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.Call(fxwatcher_pb2.Request(input=body), metadata=[("x-query", query)], timeout=20)
    assert caught.value.code().name == status
    assert dict(caught.value.trailing_metadata())["x-error-code"] == code


def test_a_picture_over_both_doors(ports):
    reply = requests.post(f"http://127.0.0.1:{ports[0]}/", base64.encodebytes(CUP), timeout=20)
    assert reply.status_code == 200
    assert [entry["class"] for entry in reply.json()] == ["cup", "dining table"]
    assert "inference;dur=" in reply.headers["Server-Timing"]
    with grpc.insecure_channel(f"127.0.0.1:{ports[1]}") as channel:
        stub = fxwatcher_pb2_grpc.FxWatcherStub(channel)
        answer = stub.Call(fxwatcher_pb2.Request(input=base64.encodebytes(CUP)), timeout=20)
        drawn = stub.Call(
            fxwatcher_pb2.Request(input=CUP), metadata=[("accept", "image/png")], timeout=20
        )
    assert json.loads(answer.Output) == reply.json()
    assert base64.b64decode(drawn.Output).startswith(b"\x89PNG")


PACKED = {
    "gzip": (gzip.compress(CUP), "gzip", None, ""),
    "deflate": (zlib.compress(base64.b64encode(CUP)), "DEFLATE", None, ""),
    "unknown": (CUP, "compress", 415, "unsupported_format"),
    "damaged": (gzip.compress(CUP)[:-9], "gzip", 400, "bad_option"),
    "bomb": (gzip.compress(bytes(50_000_000)), "gzip", 413, "body_too_large"),
    "over-the-limit": (gzip.compress(CUP + bytes(LIMIT)), "gzip", 413, "body_too_large"),
}


@pytest.mark.parametrize("name", PACKED)
def test_packed_bodies_over_both_doors(ports, name):
    body, encoding, status, code = PACKED[name]
    reply = requests.post(
        f"http://127.0.0.1:{ports[0]}/", body, headers={"Content-Encoding": encoding}, timeout=20
    )
    with grpc.insecure_channel(f"127.0.0.1:{ports[1]}") as channel:
        call = fxwatcher_pb2_grpc.FxWatcherStub(channel).Call.with_call
        request = fxwatcher_pb2.Request(input=body)
        metadata = [("content-encoding", encoding)]
        if not status:
            answer, _ = call(request, metadata=metadata, timeout=20)
            assert json.loads(answer.Output) == reply.json()
            assert [entry["class"] for entry in reply.json()] == ["cup", "dining table"]
            return
        with pytest.raises(grpc.RpcError) as caught:
            call(request, metadata=metadata, timeout=20)
    assert dict(caught.value.trailing_metadata())["x-error-code"] == code
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_own_paths_and_usage(ports):
    address = f"http://127.0.0.1:{ports[0]}"
    assert requests.get(f"{address}/_/ready", timeout=20).status_code == 200
    assert requests.get(f"{address}/_/health", timeout=20).text == "OK"
    info = requests.get(f"{address}/_/info", timeout=20).json()
    assert info["info"]["model"]["name"] == "ssdlite_mobilenet_v2_coco_int8"
    assert "dog" in requests.get(address, timeout=20).json()["classes"]
