"""The OpenAPI 3.1 document, made from the table of routes and the records that decode bodies."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .. import __version__
from ..scale_labels import MAX_OF_A_MACHINE
from .openfx.rest_messages import OpenFxError
from .rest.messages import Digest, Failed, Named, ScaleServiceRequest
from .rest.route import ANY, JSON, TEXT, Answer, Parameter, Route, json_of, text

_OPENFX = "OpenFx"  # its errors are JSON
_REF = "#/components/schemas/{name}"
_PART = re.compile(r"{(\w+)(?::[^}]*)?}")
_PARTS: Mapping[str, tuple[str, Any]] = {
    "name": ("a function, with or without `.openfaas-fn`", Named),
    "digest": ("SHA-256 of the archive, as hex digits", Digest),
    "path": ("what the function sees as its path; may have slashes", str),
    "call_id": ("id of a call", str),
    "file": ("its path; empty for the first page", str),
}
_ABOUT = (
    "Functions on this machine: OpenFaaS' routes, OpenFx' under /openfx, and a few of DCF's own. "
    "Errors of /system/... are one line of text."
)
_Json = dict[str, Any]


def document(
    routes: Iterable[Route],
    *,
    password: bool,
    calls: bool = False,
    most_replicas: int = MAX_OF_A_MACHINE,
) -> _Json:
    """The document.

    Args:
        routes: The table.
        password: Whether this gateway asks for a password or token.
        calls: Whether it does so at calls of functions, too.
        most_replicas: Of a function, that its provider takes.
    """
    routes = tuple(routes)
    schemas = _Schemas(routes)
    paths: _Json = {}
    for route in routes:
        operations = paths.setdefault(_plain(route.path), {})
        for method in route.methods.split():
            asks = password and (route.guarded or (calls and route.is_call))
            operations[method.lower()] = _operation(route, method, schemas, asks=asks)
    components: _Json = {"schemas": schemas.named}
    scale = schemas.named[ScaleServiceRequest.__name__]
    scale["properties"]["replicas"]["maximum"] = most_replicas
    if password:
        schemes = ("basic", "bearer")
        components["securitySchemes"] = {each: {"type": "http", "scheme": each} for each in schemes}
    return {
        "openapi": "3.1.0",
        "info": {"title": "DCF gateway", "version": __version__, "description": _ABOUT},
        "paths": paths,
        "components": components,
    }


def index(routes: Iterable[Route]) -> str:
    """The routes, one a line, for people."""
    lines = [f"{each.methods:38} {_plain(each.path):42} {each.summary}" for each in routes]
    return "\n".join([f"DCF gateway {__version__}: /openapi.json describes this.", "", *lines, ""])


def every_answer(route: Route, *, asks: bool) -> dict[int | str, Answer]:
    """What a route may answer, with the errors that every route of its kind has.

    Args:
        route: One of the table.
        asks: Whether this gateway asks at it for a password or token.
    """
    common: dict[int | str, Answer] = {}
    if route.guarded or route.page:
        common[403] = text("asked by a web page, under a foreign name, or by another role's token")
    elif asks:
        common[403] = json_of(Failed, "the token's role is another")
    if asks:
        wrong = "the user and password, or the token, are wrong"
        common[401] = text(wrong) if route.guarded else json_of(Failed, wrong)
    if "{name}" in route.path or _is_message(route):
        common[400] = text("what is wrong with the request")
    if _is_message(route):
        common[413] = text("the body is too large")
    if _may_write(route):
        full = "the gateway's disk is full; nothing was changed"
        common[507] = json_of(OpenFxError, full) if route.tag == _OPENFX else text(full)
    common[431] = json_of(Failed, "the head of the request is over 16,384 bytes")
    if route.body is not None:
        common[408] = text("the body did not come in time")
    return {**common, **route.answers}


def _may_write(route: Route) -> bool:
    """Whether it changes what is on the gateway's disk."""
    return route.guarded and route.methods not in {"GET", "HEAD"} and set(route.answers) != {501}


class _Schemas:
    """JSON Schemas of every type the routes name; the records' own go to the components."""

    def __init__(self, routes: Iterable[Route]) -> None:
        types = [kind for _, kind in _PARTS.values()]
        for route in routes:
            types += [route.body] if _is_message(route) else []
            types += [each.type for each in route.answers.values() if each.type is not None]
            types += [each.type for each in route.parameters]
        self._types = types
        self._made, self.named = msgspec.json.schema_components(types, ref_template=_REF)

    def of(self, kind: Any) -> _Json:  # noqa: ANN401 # a type of any kind
        """One type's schema, or a reference to it."""
        return self._made[self._types.index(kind)]


def _operation(route: Route, method: str, schemas: _Schemas, *, asks: bool) -> _Json:
    operation: _Json = {
        "operationId": method.lower() + re.sub(r"[^\w]", "_", _PART.sub(r"\1", route.path)),
        "summary": route.summary,
        "tags": [route.tag],
        "responses": {
            str(status): _response(answer, schemas, method)
            for status, answer in every_answer(route, asks=asks).items()
        },
    }
    if parameters := [*_parts(route, schemas), *(_parameter(p, schemas) for p in route.parameters)]:
        operation["parameters"] = parameters
    if route.body is not None and method not in {"GET", "HEAD"}:
        operation["requestBody"] = _body(route, schemas)
    if asks:
        operation["security"] = [{"basic": []}, {"bearer": []}]
    return operation


def _response(answer: Answer, schemas: _Schemas, method: str) -> _Json:
    told: _Json = {"description": answer.meaning}
    if answer.media and method != "HEAD":
        schema = {"type": "string"} if answer.media == TEXT else {}
        if answer.type is not None and answer.media == JSON:
            schema = schemas.of(answer.type)
        told["content"] = {answer.media: {"schema": schema}}
    return told


def _body(route: Route, schemas: _Schemas) -> _Json:
    if _is_message(route):
        content = {JSON: {"schema": schemas.of(route.body)}}
    else:
        content = {"application/octet-stream" if route.body == ANY else route.body: {}}
    return {"required": not route.optional_body, "content": content}


def _parts(route: Route, schemas: _Schemas) -> list[_Json]:
    return [
        _parameter(Parameter(name, *_PARTS[name], where="path", required=True), schemas)
        for name in _PART.findall(route.path)
    ]


def _parameter(parameter: Parameter, schemas: _Schemas) -> _Json:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.required,
        "description": parameter.meaning,
        "schema": schemas.of(parameter.type),
    }


def _is_message(route: Route) -> bool:
    return route.body is not None and not isinstance(route.body, str)


def _plain(path: str) -> str:
    """`/a/{path:.*}` -> `/a/{path}`."""
    return _PART.sub(r"{\1}", path)
