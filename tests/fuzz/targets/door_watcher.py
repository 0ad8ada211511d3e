"""The watcher's gRPC door: bytes to a message, and a message with its metadata to a request.

The first byte says how much of the input is metadata, one `name: value` a line.
"""

import contextlib
import logging

from google.protobuf.message import DecodeError

from watcher._proto import fxwatcher_pb2 as pb
from watcher.configuration.config import read
from watcher.health import Health, NoLock
from watcher.reply import Reply
from watcher.rpc.door import GrpcDoor
from watcher.runner import Runner
from watcher.telemetry.metrics import Metrics

WORDS = (
    b"\n\x05", b"\x12", b"\x22\x03\n\x01", b"x-query: ", b"accept: ", b"x-call-id: ",
    b"x-content-type: ", b"&", b"a=b", b"%ff", b"\xff\xff\xff\xff\x0f", b"\n",
)  # fmt: skip
logging.disable(logging.CRITICAL)


class _Context:
    """A call's context as the door uses it."""

    def __init__(self, metadata):
        self.metadata, self.code, self.told = metadata, None, ()

    def invocation_metadata(self):
        return self.metadata

    def time_remaining(self):
        return 10.0

    def add_callback(self, _callback):
        return True

    def set_code(self, code):
        self.code = code

    def set_details(self, _text):
        pass

    def set_trailing_metadata(self, pairs):
        self.told = pairs


def _echo(request):
    return Reply(request.input, request.query.get("type", "text/plain"))


_SETTINGS = read({}, {"CONCURRENCY": "1"})
_RUNNER = Runner(_echo, concurrency=1, max_inflight=4, exec_timeout=10.0)
_HEALTH = Health(_RUNNER, NoLock())
_HEALTH.open()
_DOOR = GrpcDoor(_SETTINGS, _RUNNER, _HEALTH, Metrics(_RUNNER))


def one(data):
    head, body = data[1 : 1 + data[0]] if data else b"", data[1 + data[0] :] if data else b""
    pairs = [line.partition(b": ")[::2] for line in head.split(b"\n") if b": " in line]
    metadata = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]
    with contextlib.suppress(DecodeError):
        message = pb.Request.FromString(body)
        context = _Context(metadata)
        reply = _DOOR.Call(message, context)
        assert dict(context.told).get("x-error-code") != "handler_error", context.told
        assert pb.Reply.FromString(reply.SerializeToString()) == reply
