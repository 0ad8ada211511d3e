"""The whole REST wire as one table: the server and its OpenAPI document are both made from it."""

from .doors.alert import AlertDoor
from .doors.archives import ArchivesDoor
from .doors.call_routes import CALLS, QUEUE
from .doors.function_metrics import FunctionMetricsDoor
from .doors.index import IndexDoor
from .doors.info import PlatformDoor
from .doors.secrets import SecretsDoor
from .doors.system import SystemDoor
from .openfx.rest_routes import OPENFX
from .rest import messages as msg
from .rest.route import (
    NDJSON,
    TEXT,
    Answer,
    Parameter,
    Route,
    json_of,
    nothing,
    text,
)
from .ui.routes import UI

_DCF = "DCF"
_NAMESPACE = Parameter("namespace", "functions live in openfaas-fn; any other is empty")
_BY = Parameter(
    "X-Deployed-By", "who asks, for the history; a password's user wins", where="header"
)
_MISSING, _WRONG = text("no such function"), text("what is wrong with the request")
_ACCEPTED = nothing("accepted; it goes on in the background")
_NOT_HERE = text("the provider does not do that")

_SETTLED: dict[int | str, Answer] = {
    202: json_of(msg.Begun, "the revision that was one"),
    400: text("none is under way"), 404: _MISSING,
}  # fmt: skip


def _kept(folder: str, what: str) -> tuple[Route, Route]:
    """The two routes of what is stored by its digest."""
    path = f"/system/{folder}/{{digest}}"
    return (
        Route(
            "HEAD", path, ArchivesDoor.has, f"Whether {what} is here",
            {200: nothing("it is"), 404: nothing("it is not")},
            tag=_DCF,
        ),
        Route(
            "PUT", path, ArchivesDoor.put, f"Upload {what}",
            {201: nothing("kept"), 400: _WRONG, 501: _NOT_HERE},
            body="application/octet-stream", tag=_DCF,
        ),
    )  # fmt: skip


FUNCTIONS = (
    Route(
        "GET", "/system/functions", SystemDoor.functions, "List functions",
        {200: json_of(list[msg.FunctionStatus], "every function")},
        parameters=(_NAMESPACE,),
    ),
    Route(
        "POST", "/system/functions", SystemDoor.deploy, "Deploy a function",
        {202: _ACCEPTED, 409: text("it is there already"), 501: _NOT_HERE},
        body=msg.FunctionDeployment, parameters=(_BY,),
    ),
    Route(
        "PUT", "/system/functions", SystemDoor.update, "Update a function",
        {202: _ACCEPTED, 404: _MISSING, 501: _NOT_HERE},
        body=msg.FunctionDeployment, parameters=(_BY,),
    ),
    Route(
        "DELETE", "/system/functions", SystemDoor.delete, "Delete a function",
        {202: _ACCEPTED, 404: _MISSING},
        body=msg.DeleteFunctionRequest, parameters=(_NAMESPACE,),
    ),
    Route(
        "GET", "/system/function/{name}", SystemDoor.describe, "Describe a function",
        {200: json_of(msg.FunctionStatus, "the function"), 404: _MISSING},
        parameters=(_NAMESPACE, Parameter("usage", "1: tell CPU and memory, too")),
    ),
    Route(
        "POST", "/system/scale-function/{name}", SystemDoor.scale, "Set the number of replicas",
        {202: _ACCEPTED, 404: _MISSING},
        body=msg.ScaleServiceRequest,
    ),
    Route(
        "GET", "/system/function/{name}/history", SystemDoor.history, "A function's revisions",
        {200: json_of(list[msg.Revision], "newest first"), 404: _MISSING, 501: _NOT_HERE},
        tag=_DCF,
    ),
    Route(
        "POST", "/system/function/{name}/rollback", SystemDoor.rollback, "Go back to a revision",
        {
            202: json_of(msg.Begun, "the new revision that was begun"),
            400: text("nothing to go back to"), 404: text("no such function or revision"),
            501: _NOT_HERE,
        },
        body=msg.RollbackRequest, optional_body=True, parameters=(_BY,), tag=_DCF,
    ),
    Route(
        "POST", "/system/function/{name}/promote", SystemDoor.promote,
        "Let a canary or shadow take over", _SETTLED, parameters=(_BY,), tag=_DCF,
    ),
    Route(
        "POST", "/system/function/{name}/abandon", SystemDoor.abandon,
        "Let a canary or shadow end", _SETTLED, parameters=(_BY,), tag=_DCF,
    ),
    Route(
        "GET", "/system/function/{name}/metrics", FunctionMetricsDoor.page,
        "What a function's replicas count",
        {
            200: Answer("text format 0.0.4, each series with its replica", None, TEXT),
            400: _WRONG, 404: _MISSING, 501: _NOT_HERE,
        },
        tag=_DCF,
        parameters=(Parameter("revision", "only replicas of this revision", msg.RevisionNumber),),
    ),
    Route(
        "GET", "/system/logs", SystemDoor.logs, "What a function's replicas wrote",
        {
            200: Answer("one LogEntry a line", msg.LogEntry, NDJSON), 404: _MISSING,
            400: _WRONG, 422: text("a tail, since or follow that is none"), 501: _NOT_HERE,
        },
        parameters=(
            Parameter("name", "the function", msg.Named, required=True), _NAMESPACE,
            Parameter("instance", "only this replica"),
            Parameter("call", "only the lines of the call with this id, its trace among them"),
            Parameter("tail", "the newest so many lines; 0 or less: all", int),
            Parameter("follow", "stay, and give new lines as they come", bool),
            Parameter("since", "only lines from then on, RFC 3339", msg.Moment),
        ),
    ),
)  # fmt: skip

SECRETS = (
    Route(
        "GET", "/system/secrets", SecretsDoor.names, "Names of secrets",
        {200: json_of(list[msg.SecretNamed], "names, never values"), 501: _NOT_HERE},
        parameters=(_NAMESPACE,),
    ),
    Route(
        "POST", "/system/secrets", SecretsDoor.create, "Create a secret",
        {202: nothing("kept"), 409: text("it is there already"), 501: _NOT_HERE},
        body=msg.SecretValue,
    ),
    Route(
        "PUT", "/system/secrets", SecretsDoor.update, "Change a secret",
        {202: nothing("kept"), 404: text("no such secret"), 501: _NOT_HERE},
        body=msg.SecretValue,
    ),
    Route(
        "DELETE", "/system/secrets", SecretsDoor.delete, "Forget a secret",
        {202: nothing("forgotten"), 404: text("no such secret"), 501: _NOT_HERE},
        body=msg.SecretNamed,
    ),
)  # fmt: skip

PLATFORM = (
    Route(
        "GET", "/system/info", PlatformDoor.info, "Gateway and provider",
        {200: json_of(msg.Info, "who answers")},
    ),
    Route(
        "GET", "/system/telemetry", PlatformDoor.telemetry, "Counts",
        {200: json_of(msg.Telemetry, "counts; nothing is sent anywhere")},
    ),
    Route(
        "GET", "/system/namespaces", PlatformDoor.namespaces, "Namespaces",
        {200: json_of(list[str], "the one namespace")},
    ),
    Route(
        "POST", "/system/namespace/", PlatformDoor.namespace, "Create a namespace",
        {501: text("there is one namespace")},
    ),
    Route(
        "GET", "/system/namespace/{name}", PlatformDoor.describe_namespace, "Describe a namespace",
        {200: json_of(msg.Namespace, "the namespace"), 404: text("no such namespace")},
    ),
    Route(
        "POST PUT DELETE", "/system/namespace/{name}", PlatformDoor.namespace, "Change a namespace",
        {501: text("there is one namespace")},
    ),
    Route(
        "POST", "/system/alert", AlertDoor.alert, "Scale by Alertmanager's alerts",
        {200: nothing("heard"), 404: _MISSING},
        body=msg.Alerts,
    ),
    *_kept("archives", "code"),
    *_kept("attachments", "an attachment"),
    Route(
        "GET", "/metrics", PlatformDoor.metrics, "Prometheus metrics",
        {200: Answer("text format 0.0.4", None, TEXT)},
    ),
    Route(
        "GET HEAD", "/healthz", PlatformDoor.healthz, "Whether the gateway lives",
        {200: text("OK")}, guarded=False,
    ),
    Route(
        "GET", "/openapi.json", IndexDoor.document, "This document",
        {200: Answer("OpenAPI 3.1", dict, "application/json")}, guarded=False, tag=_DCF,
    ),
    Route(
        "GET", "/", IndexDoor.index, "The routes, for people",
        {
            200: Answer("one route a line", None, TEXT),
            302: nothing("a browser is sent on to the page"),
        },
        guarded=False, tag=_DCF,
    ),
)  # fmt: skip

ROUTES = FUNCTIONS + SECRETS + PLATFORM + CALLS + QUEUE + UI + OPENFX
