"""OpenFaaS' JSON <-> the client's records, and the one line a refusal comes down to."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .base import FailedCall, Function, LogLine, QueueState, Revision

if TYPE_CHECKING:  # a command that only lists does not need it, and it takes time to import
    from ..providers.placement import FunctionSpec

_MAX_WORDS = 4000
_Read = TypeVar("_Read")
# What reading an answer fails with when it is no JSON, or of other types, sizes or depths.
UNREADABLE = (
    ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip


def words_of(status: int, answer: bytes) -> str:
    """The line to show: an error object's message and code, else the text as it came."""
    try:
        error = json.loads(answer)["error"]
        text = f"{error['message']} ({error['code']})"
    except UNREADABLE:
        text = answer.decode(errors="replace").strip()
    text = text if len(text) <= _MAX_WORDS else text[:_MAX_WORDS] + "..."
    return text or f"the gateway answered with status {status}"


def each_of(found: object, reader: Callable[[Any], _Read]) -> list[_Read]:
    """A list's entries; raises `TypeError` for what is no list."""
    if not isinstance(found, list):
        raise TypeError("no list")
    return [reader(each) for each in found]


def function_of(fields: dict[str, Any]) -> Function:
    """A FunctionStatus."""
    return Function(
        name=_of(fields, "name", str),
        image=_of(fields, "image", str, ""),
        invocations=int(_of(fields, "invocationCount", float, 0)),
        replicas=_of(fields, "replicas", int, 0),
        available=_of(fields, "availableReplicas", int, 0),
        annotations=_texts(fields, "annotations") | _rollout(fields),
        labels=_texts(fields, "labels"),
    )


def _rollout(fields: dict[str, Any]) -> dict[str, str]:
    """What this project's gateway tells beside, under the names that it has over gRPC."""
    texts = {
        "dcf.rollout": "rollout",
        "dcf.reason": "rolloutReason",
        "dcf.rollout-mode": "rolloutMode",
        "dcf.last-exit": "lastExit",
        "dcf.last-exit-at": "lastExitAt",
        "dcf.crash-loop": "crashLoop",
        "dcf.scaling": "scaling",
    }
    numbers = {
        "dcf.revision": "revision",
        "dcf.rollout-revision": "rolloutRevision",
        "dcf.rollout-replicas": "rolloutReplicas",
        "dcf.rollout-ready-replicas": "rolloutReadyReplicas",
        "dcf.restarts": "restarts",
    }
    found = {name: _of(fields, key, str, "") for name, key in texts.items()}
    found |= {name: str(_of(fields, key, int, 0) or "") for name, key in numbers.items()}
    return {name: text for name, text in found.items() if text}


def revision_of(fields: dict[str, Any]) -> Revision:
    """An entry of a history, or what a rollback began."""
    return Revision(
        number=_of(fields, "revision", int),
        image=_of(fields, "image", str, ""),
        deployed_at=_of(fields, "deployedAt", str, ""),
        by=_of(fields, "by", str, ""),
        rollout=_of(fields, "rollout", str, ""),
        reason=_of(fields, "reason", str, ""),
        serving=bool(fields.get("serving", False)),
        restarts=_of(fields, "restarts", int, 0),
        last_exit=_of(fields, "lastExit", str, ""),
        last_exit_at=_of(fields, "lastExitAt", str, ""),
        crash_loop=_of(fields, "crashLoop", str, ""),
    )


def log_line_of(fields: dict[str, Any]) -> LogLine:
    """One line of a log stream."""
    return LogLine(*(_of(fields, key, str, "") for key in LogLine._fields))


def queue_of(fields: dict[str, Any]) -> QueueState:
    """How a queue is."""
    return QueueState(
        waiting=_of(fields, "waiting", int),
        running=_of(fields, "running", int),
        failed=_of(fields, "failed", int),
        oldest_seconds=_of(fields, "oldest_seconds", float),
    )


def failed_call_of(fields: dict[str, Any]) -> FailedCall:
    """A queued call that failed."""
    numbers = {"attempts", "status", "size"}
    return FailedCall(
        *(_of(fields, key, int if key in numbers else str) for key in FailedCall._fields)
    )


def secret_name_of(entry: object) -> str:
    """A secret's name: OpenFaaS' own gateways give objects, the contract's give names."""
    return str(_of(entry if isinstance(entry, dict) else {"name": entry}, "name", str))


def _of(fields: dict[str, Any], key: str, kind: type, *default: object) -> Any:  # noqa: ANN401 - of that kind
    """A field of the right type; where there is a default, it may be missing or null."""
    value = fields.get(key)
    if value is None and default:
        return default[0]
    kinds = (int, float) if kind is float else (kind,)
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise TypeError(f"{key} is no {kind.__name__}")
    return value


def _texts(fields: dict[str, Any], key: str) -> dict[str, str]:
    """A map of texts, which may be missing or null."""
    found: dict[str, str] = _of(fields, key, dict, {})
    if not all(isinstance(value, str) for value in found.values()):
        raise TypeError(f"{key} holds something else than texts")
    return found


def deployment(spec: "FunctionSpec") -> bytes:
    """A FunctionDeployment; empty fields are left out."""
    fields = {
        "service": spec.name,
        "image": spec.image,
        "envVars": dict(spec.env),
        "labels": dict(spec.labels),
        "annotations": dict(spec.annotations),
        "constraints": list(spec.constraints),
        "secrets": list(spec.secrets),
        "limits": dict(spec.limits),
        "requests": dict(spec.requests),
        "readOnlyRootFilesystem": spec.read_only,
    }
    return json.dumps({key: value for key, value in fields.items() if value}).encode()


def secret(name: str, value: bytes) -> bytes:
    """A secret: as text where it is text, else base64 as `rawValue`."""
    try:
        return json.dumps({"name": name, "value": value.decode()}).encode()
    except UnicodeDecodeError:
        import base64

        return json.dumps({"name": name, "rawValue": base64.b64encode(value).decode()}).encode()
