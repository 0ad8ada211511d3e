"""The routes on which functions are called, now or later, and those of what waits in the queue."""

from ..queue.messages import FailedCall, QueueCounts, QueuePage
from ..queue.page import Before, Count, State
from ..rest import messages as msg
from ..rest.route import ANY, Answer, Parameter, Route, json_of, nothing, text
from .async_function import AsyncDoor
from .function import FunctionDoor

# What is no name, or has a line break, is still for the door that answers calls.
_ANY_NAME, _ANY_PATH = "{name:[^/]+}", r"{path:[\s\S]*}"
_METHODS = "GET POST PUT PATCH DELETE OPTIONS HEAD"
_CALL_ANSWERS: dict[int | str, Answer] = {
    "default": Answer("the function's own answer", None, ANY),
    400: json_of(msg.Failed, "no name of a function"),
    404: json_of(msg.Failed, "no such function"),
    501: json_of(msg.Failed, "functions speak no websocket"),
    502: json_of(msg.Failed, "the function could not be reached, or broke off"),
    503: json_of(msg.Failed, "no replica is ready, or there are too many connections"),
    504: json_of(msg.Failed, "the function took longer than it may"),
}
CALLS = (
    Route(
        _METHODS, f"/function/{_ANY_NAME}", FunctionDoor.answer, "Call a function",
        _CALL_ANSWERS, body=ANY, optional_body=True, guarded=False,
    ),
    Route(
        _METHODS, f"/function/{_ANY_NAME}/{_ANY_PATH}", FunctionDoor.answer, "Call its path",
        _CALL_ANSWERS, body=ANY, optional_body=True, guarded=False,
    ),
)  # fmt: skip

_NO_QUEUE = text("this gateway was started without a queue")
_SUBMIT_ANSWERS: dict[int | str, Answer] = {
    202: nothing("on disk; X-Call-Id names it"),
    400: json_of(msg.Failed, "no name of a function, or a callback that is not allowed"),
    404: json_of(msg.Failed, "no such function"),
    413: json_of(msg.Failed, "the body is too large to be queued"),
    429: json_of(msg.Failed, "the queue is full"),
    500: text("the disk failed"),
    501: json_of(msg.Failed, "this gateway was started without a queue"),
    503: json_of(msg.Failed, "there are too many connections"),
}
_SUBMIT_HEADERS = (Parameter("X-Callback-Url", "where to post the answer", where="header"),)
QUEUE = (
    Route(
        "POST", f"/async-function/{_ANY_NAME}", AsyncDoor.submit, "Call a function later",
        _SUBMIT_ANSWERS, body=ANY, optional_body=True, parameters=_SUBMIT_HEADERS, guarded=False,
    ),
    Route(
        "POST", f"/async-function/{_ANY_NAME}/{_ANY_PATH}", AsyncDoor.submit, "Call its path later",
        _SUBMIT_ANSWERS, body=ANY, optional_body=True, parameters=_SUBMIT_HEADERS, guarded=False,
    ),
    Route(
        "GET", "/system/queue", AsyncDoor.counts, "How much waits, runs and failed",
        {200: json_of(QueueCounts, "counts and limits"), 501: _NO_QUEUE}, tag="DCF",
    ),
    Route(
        "GET", "/system/queue/failed", AsyncDoor.failed, "Queued calls that failed",
        {200: json_of(list[FailedCall], "newest first"), 501: _NO_QUEUE}, tag="DCF",
    ),
    Route(
        "POST", "/system/queue/failed/{call_id}/replay", AsyncDoor.replay, "Try a call again",
        {202: nothing("queued"), 404: text("no such failed call"), 501: _NO_QUEUE}, tag="DCF",
    ),
    Route(
        "DELETE", "/system/queue/failed/{call_id}", AsyncDoor.drop, "Forget a failed call",
        {202: nothing("forgotten"), 404: text("no such failed call"), 501: _NO_QUEUE}, tag="DCF",
    ),
    Route(
        "GET", "/ui/queue", AsyncDoor.listed, "What the queue holds",
        {200: json_of(QueuePage, "newest first"), 400: text("what is wrong with the request"),
         501: _NO_QUEUE}, tag="DCF",
        parameters=(
            Parameter("state", "only what waits, runs or failed", State),
            Parameter("before", "only lower numbers: `next` of the page before", Before),
            Parameter("count", "so many at most: 50", Count),
        ),
    ),
)  # fmt: skip
