"""The kinds of handlers people have, each turned into one shape: Request -> Reply.

A class or function with one parameter gets the Request; with two, OpenFaaS's event and context; a
function called `handle` with one parameter gets the body alone.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .. import reply
from ..errors import BadReply, WrongSignature
from ..reply import Reply
from ..request import Request
from .flask_context import contexts_for

if TYPE_CHECKING:
    from .openfaas_event import Context, Event

Call = Callable[[Request], Reply]
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def adapt(handler: Callable[..., Any], name: str, *, raw_body: bool) -> tuple[str, Call]:
    """Finds out the kind of a handler.

    Args:
        handler: an instance of a handler class, or a function.
        name: the name it was found by.
        raw_body: whether a `handle(body)` wants bytes.

    Returns:
        The kind (`request`, `openfaas` or `body`), and a call that answers a Request.

    Raises:
        WrongSignature: it takes a number of arguments that no kind takes, or is a coroutine.
    """
    called = handler if inspect.isroutine(handler) else type(handler).__call__
    if inspect.iscoroutinefunction(called):
        raise WrongSignature(f"{name} is a coroutine function; make it a plain def")
    required, names = _parameters(handler)
    if required == 2 or names[:2] == ["event", "context"]:
        return "openfaas", _as_in_flask(handler, _openfaas(handler))
    if required > 2 or not names:
        raise WrongSignature(
            f"{name} takes {required} arguments; a handler takes (request), (event, context), or, "
            "called handle, (body)"
        )
    if name == "handle" and inspect.isroutine(handler):
        return "body", _as_in_flask(handler, _raw(handler) if raw_body else _text(handler))
    return "request", _plain(handler)


def _parameters(handler: Callable[..., Any]) -> tuple[int, list[str]]:
    """How many positional parameters must be given, and the names of all there are."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return 1, ["request"]  # compiled callables may hide their signature
    positional = [p for p in parameters if p.kind in _POSITIONAL]
    names = [p.name for p in positional]
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        names = names or ["args"]
    required = sum(p.default is inspect.Parameter.empty for p in positional)
    needs_keyword = any(
        p.kind is inspect.Parameter.KEYWORD_ONLY and p.default is inspect.Parameter.empty
        for p in parameters
    )
    return (3 if needs_keyword else required), names


def _plain(handler: Callable[[Request], object]) -> Call:
    def call(request: Request) -> Reply:
        return reply.from_answer(handler(request))

    return call


def _raw(handler: Callable[[bytes], object]) -> Call:
    def call(request: Request) -> Reply:
        return _from_flask(handler(request.input))

    return call


def _text(handler: Callable[[str], object]) -> Call:
    def call(request: Request) -> Reply:
        return _from_flask(handler(request.input.decode(errors="replace")))

    return call


def _openfaas(handler: "Callable[[Event, Context], object]") -> Call:
    from .openfaas_event import Context, Event  # for handlers of that kind alone

    context = Context()

    def call(request: Request) -> Reply:
        return _from_openfaas(handler(Event.of(request), context))

    return call


def _from_openfaas(answer: object) -> Reply:
    """A dict is the whole response there: statusCode, body, headers."""
    if not isinstance(answer, dict):
        return _from_flask(answer)
    body = answer.get("body")
    if body is not None and not isinstance(body, (dict, list, str, bytes, bytearray)):
        body = str(body)
    return reply.build(body, status=answer.get("statusCode", 200), headers=answer.get("headers"))


def _from_flask(answer: object) -> Reply:
    """What Flask's views may answer: a body, a response, or a tuple of one with what goes along."""
    if isinstance(answer, tuple):
        return _from_tuple(answer)
    return reply.from_answer(_whole(answer))


def _from_tuple(answer: tuple[object, ...]) -> Reply:
    """(body, status), (body, headers) or (body, status, headers)."""
    if not 1 <= len(answer) <= 3:
        raise BadReply("the handler answered with a tuple; it must be (body, status, headers)")
    status: object = None
    headers: object = None
    for part in answer[1:]:
        if isinstance(part, (list, tuple)) or hasattr(part, "items"):
            headers = part
        elif part is not None:
            status = part
    body = reply.from_answer(_whole(answer[0]))
    return reply.extended(body, status, headers)


def _whole(answer: object) -> object:
    """An answer that comes in pieces, in one."""
    if not isinstance(answer, Iterator):
        return answer
    pieces = list(answer)
    if any(isinstance(piece, str) for piece in pieces):
        return "".join(str(piece) for piece in pieces)
    return b"".join(bytes(piece) for piece in pieces)


def _as_in_flask(handler: Callable[..., Any], call: Call) -> Call:
    """The same call in Flask's context, where the handler uses Flask; `abort` answers there."""
    contexts = contexts_for(handler)
    if contexts is None:
        return call

    def inside(request: Request) -> Reply:
        with contexts(request):
            try:
                return call(request)
            except Exception as error:  # pylint: disable=broad-exception-caught # most go on
                if not callable(getattr(error, "get_response", None)):
                    raise
                return reply.from_answer(error.get_response())  # type: ignore[attr-defined] # was asked

    return inside
