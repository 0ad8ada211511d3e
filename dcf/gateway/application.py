"""The REST door as one aiohttp application, made from the table of routes."""

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from ..errors import TooManyConnections
from ..scale_labels import MAX_OF_A_MACHINE
from .access.access import OPEN, Access
from .access.over_rest import admitted
from .access.tokens import CALL, DEPLOY
from .calls.forwarding import Arrival
from .doors.function import own_failure
from .doors.index import IndexDoor
from .openapi import document, index
from .rest.connection import connection_of, in_time, say_last
from .rest.cors import Cors, no_options
from .rest.function_pages import keep_apart, of_function
from .rest.messages import encode
from .rest.origin import local_name, same_origin
from .rest.replies import failed, plain_errors
from .rest.route import Route
from .routes import ROUTES
from .telemetry.refusals import REST, refused
from .telemetry.traffic import Traffic

_MAX_SYSTEM_BODY = 4 << 20
_CALLER_LEFT = 499
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(
    doors: Iterable[object],
    access: Access = OPEN,
    cors: Cors | None = None,
    traffic: Traffic | None = None,
    *,
    trust_pages: bool = False,
    most_replicas: int = MAX_OF_A_MACHINE,
) -> web.Application:
    """Everything the REST door answers.

    Args:
        doors: Those that the table names.
        access: Whom the gateway is for.
        cors: Which pages may read what functions answer.
        traffic: Counts requests.
        trust_pages: Whether pages of functions may use the session of who is logged in.
        most_replicas: Of a function, that the provider takes.
    """
    told = document(
        ROUTES,
        password=access.asks(DEPLOY),
        calls=access.asks(CALL),
        most_replicas=most_replicas,
    )
    made = IndexDoor(encode(told), index(ROUTES))
    named: dict[str, Any] = {type(door).__name__: door for door in (made, *doors)}
    app = web.Application(
        client_max_size=_MAX_SYSTEM_BODY,
        middlewares=[counted(traffic or Traffic()), in_time, plain_errors],
    )
    if cors:
        app.on_response_prepare.append(cors.add)
    app.on_response_prepare.append(say_last)
    is_apart = access.asks(DEPLOY) and not trust_pages
    if is_apart:
        app.on_response_prepare.append(keep_apart)
    for route in ROUTES:
        handler = _bound(route, named)
        if route.is_call:
            handler = admitted(handler, access, CALL) if access.asks(CALL) else handler
            handler = within_limits(handler, route)
            handler = of_function(handler) if is_apart else handler
            handler = cors.around(handler) if cors else handler
            if cors and "OPTIONS" not in route.methods:
                app.router.add_route("OPTIONS", route.path, cors.around(no_options))
        if route.guarded or route.page:
            handler = same_origin(_for_known(handler, access, route))
        for method in route.methods.split():
            app.router.add_route(method, route.path, handler)
    return app


def _for_known(handler: _Handler, access: Access, route: Route) -> _Handler:
    """The same handler, for who is known where that is asked."""
    if not access.asks(DEPLOY):
        return local_name(handler)
    return admitted(handler, access, DEPLOY) if route.guarded else handler


def counted(traffic: Traffic) -> Middleware:
    """What counts every request, by the status that it was answered with."""

    @web.middleware
    async def count(request: web.Request, handler: _Handler) -> web.StreamResponse:
        traffic.begin()
        began, status = time.perf_counter(), _CALLER_LEFT
        try:
            reply = await handler(request)
            status = reply.status
            return reply
        finally:
            traffic.end(request.method, status, time.perf_counter() - began)

    return count


def _bound(route: Route, doors: dict[str, Any]) -> _Handler:
    """A door's method, of the door that is here."""
    owner, _, method = route.handler.__qualname__.rpartition(".")
    handler: _Handler = getattr(doors[owner], method)
    return handler


def within_limits(handler: _Handler, route: Route) -> _Handler:
    """The same handler, which above the limit of connections answers nothing but 503."""

    async def answer(request: web.Request) -> web.StreamResponse:
        connection = connection_of(request)
        if connection is None or not connection.is_over:
            return await handler(request)
        fault = TooManyConnections(
            "the gateway, or this address, has as many connections as it may have: try again"
        )
        if route.tag == "OpenFaaS":
            reply = own_failure(fault, request.match_info["name"], Arrival.of(request))
        else:
            refused(REST, fault.code)
            reply = failed(503, fault.message)
        reply.headers["Retry-After"] = "1"
        reply.force_close()
        return reply

    return answer
