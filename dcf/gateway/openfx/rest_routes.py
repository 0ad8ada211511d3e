"""OpenFx' part of the table of routes: the whole of its REST below /openfx.

Three of its routes mean nothing else to OpenFaaS, and are served under their own names, too.
"""

from ..rest.route import ANY, Answer, Route, json_of
from . import rest_messages as msg
from .rest_door import OpenFxDoor

_TAG = "OpenFx"
_Answers = dict[int | str, Answer]
_OK: _Answers = {200: json_of(msg.OpenFxMessage, "`OK`")}
_WRONG: _Answers = {400: json_of(msg.OpenFxError, "what is wrong with the request")}
_MISSING: _Answers = {404: json_of(msg.OpenFxError, "no such function")}
_NOT_HERE: _Answers = {501: json_of(msg.OpenFxError, "the provider does not do that")}
_CALL: _Answers = {
    200: Answer("the output, and a newline", None, ANY),
    "default": Answer("the function's own failure, in text", None, ANY),
    400: Answer("no name of a function", None, "text/plain"),
    404: Answer("no such function", None, "text/plain"),
    502: Answer("the function could not be reached, or broke off", None, "text/plain"),
    503: Answer("no replica is ready, or there are too many connections", None, "text/plain"),
    504: Answer("the function took longer than it may", None, "text/plain"),
}


def _scale(path: str) -> Route:
    return Route(
        "PUT", path, OpenFxDoor.scale, "ReplicaUpdate", {**_OK, **_WRONG, **_MISSING},
        body=msg.OpenFxScale, tag=_TAG,
    )  # fmt: skip


def _log(path: str) -> Route:
    return Route(
        "GET", path, OpenFxDoor.log, "GetLog",
        {200: json_of(msg.OpenFxMessage, "the log"), **_WRONG, **_NOT_HERE}, tag=_TAG,
    )  # fmt: skip


def _delete(path: str) -> Route:
    return Route(
        "DELETE", path, OpenFxDoor.delete, "Delete", {**_OK, **_WRONG, **_MISSING}, tag=_TAG
    )


OPENFX = (
    Route(
        "GET", "/openfx/system/functions", OpenFxDoor.functions, "List",
        {200: json_of(msg.OpenFxFunctions, "every function")}, tag=_TAG,
    ),
    Route(
        "POST", "/openfx/system/functions", OpenFxDoor.deploy, "Deploy",
        {**_OK, **_WRONG, 409: json_of(msg.OpenFxError, "it is there already"), **_NOT_HERE},
        body=msg.OpenFxDeployment, tag=_TAG,
    ),
    Route(
        "PUT", "/openfx/system/functions", OpenFxDoor.update, "Update",
        {**_OK, **_WRONG, **_MISSING, **_NOT_HERE},
        body=msg.OpenFxDeployment, tag=_TAG,
    ),
    Route(
        "GET", "/openfx/system/function/{name}", OpenFxDoor.meta, "GetMeta",
        {200: json_of(msg.OpenFxFunction, "the function"), **_WRONG, **_MISSING}, tag=_TAG,
    ),
    _delete("/openfx/system/function/{name}"),
    _delete("/system/function/{name}"),
    _log("/openfx/system/function-log/{name}"),
    _log("/system/function-log/{name}"),
    _scale("/openfx/system/scale-function"),
    _scale("/system/scale-function"),
    Route(
        "GET", "/openfx/system/info", OpenFxDoor.info, "Info",
        {200: json_of(msg.OpenFxMessage, "YAML")}, tag=_TAG,
    ),
    Route("GET", "/openfx/healthz", OpenFxDoor.health, "HealthCheck", _OK, guarded=False, tag=_TAG),
    Route(
        "GET POST", "/openfx/function/{name}", OpenFxDoor.invoke, "Invoke",
        _CALL, body=ANY, optional_body=True, guarded=False, tag=_TAG,
    ),
    Route(
        "GET POST", "/openfx/function/{name}/", OpenFxDoor.invoke, "Invoke",
        _CALL, body=ANY, optional_body=True, guarded=False, tag=_TAG,
    ),
)  # fmt: skip
