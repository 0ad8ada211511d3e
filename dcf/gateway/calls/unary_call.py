"""A call whose body and answer are each one message: how gRPC and OpenFx' REST call a function."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import StreamReader
from multidict import CIMultiDict

from ...errors import DcfError
from ..names import plain_name
from ..telemetry.refusals import GRPC
from .call import Call
from .failures import tell_failure
from .upstream import Upstream


@dataclass(frozen=True)
class Question:
    """What to ask a function.

    Attributes:
        name: As the caller gave it, not yet checked.
        body: The whole of it, or a stream that has not been read from.
        query: Percent-encoded, without its question mark.
        accept: What kind of answer is wanted; empty for any.
        call_id: The caller's own; empty to have one made.
        door: By which it came.
        trace: Which trace the call belongs to: see `trace_headers`.
    """

    name: str
    body: bytes | StreamReader
    query: str = ""
    accept: str = ""
    call_id: str = ""
    door: str = GRPC
    trace: Mapping[str, str] = field(default_factory=dict)


class FunctionFailure(DcfError):
    """The function answered with an error; `status` is HTTP's, `reason` its own code or empty."""

    code = "function_failed"

    def __init__(self, message: str, status: int, reason: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class UnaryAnswer:
    """What a function answered.

    Attributes:
        body: The whole of it.
        revision: Number of the revision that answered.
        model: Which model answered, where the function says so (``X-Model``); else empty.
    """

    body: bytes
    revision: int
    model: str = ""


async def call_unary(upstream: Upstream, question: Question) -> UnaryAnswer:
    """The function's answer.

    Raises:
        FunctionFailure: It answered with an error.
        DcfError: It was not reached; see `Upstream.open`.
    """
    began = time.time_ns()
    call_id = question.call_id or str(uuid.uuid4())
    headers = CIMultiDict(
        {
            "Content-Type": "application/octet-stream",
            "X-Call-Id": call_id,
            "X-Start-Time": str(began),
            **question.trace,
        }
    )
    if question.accept:
        headers["Accept"] = question.accept
    path = f"/?{question.query}" if question.query else "/"
    call = Call("POST", path, headers, question.body)
    try:
        async with upstream.open(plain_name(question.name), call) as answer:
            body, status = await answer.response.read(), answer.response.status
            model = answer.response.headers.get("X-Model", "")
    except DcfError as fault:
        tell_failure(question.door, fault, question.name, call_id)
        raise
    if status >= 400:
        raise _failure(status, body, (time.time_ns() - began) / 1e9)
    return UnaryAnswer(body, answer.revision, model)


def _failure(status: int, body: bytes, seconds: float) -> FunctionFailure:
    """Only errors with a code of their own speak in their own words."""
    try:
        error = json.loads(body)["error"]
        code, said = str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        code, said = "", ""
    if status == 504:
        # The contract's words, and behind them whose limit it was.
        words = f"Function timed out after {seconds:f}s"
        return FunctionFailure(f"{words}: {said}" if said else words, status, "timeout")
    return FunctionFailure(f"{code}: {said}" if code else f"status {status}", status, code)
