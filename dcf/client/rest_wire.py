"""OpenFaaS' JSON <-> the client's records, and the one line a refusal comes down to."""

import json
from typing import TYPE_CHECKING, Any

from dcf.client.base import Function, LogLine, Revision

if TYPE_CHECKING:  # a command that only lists does not need it, and it takes time to import
    from dcf.providers.placement import FunctionSpec


def words_of(status: int, answer: bytes) -> str:
    """The line to show: an error object's message and code, else the text as it came."""
    try:
        error = json.loads(answer)["error"]
        return f"{error['message']} ({error['code']})"
    except (ValueError, KeyError, TypeError):
        text = answer.decode(errors="replace").strip()
        return text or f"the gateway answered with status {status}"


def function_of(fields: dict[str, Any]) -> Function:
    """A FunctionStatus."""
    return Function(
        name=fields["name"],
        image=fields.get("image", ""),
        invocations=int(fields.get("invocationCount", 0)),
        replicas=fields.get("replicas", 0),
        available=fields.get("availableReplicas", 0),
        annotations=fields.get("annotations") or {},
        labels=fields.get("labels") or {},
    )


def revision_of(fields: dict[str, Any]) -> Revision:
    """An entry of a history, or what a rollback began."""
    return Revision(
        number=fields["revision"],
        image=fields.get("image", ""),
        deployed_at=fields.get("deployedAt", ""),
        by=fields.get("by", ""),
        rollout=fields.get("rollout", ""),
        reason=fields.get("reason", ""),
        serving=bool(fields.get("serving", False)),
    )


def log_line_of(fields: dict[str, Any]) -> LogLine:
    """One line of a log stream."""
    return LogLine(*(fields.get(key, "") for key in LogLine._fields))


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
    }
    return json.dumps({key: value for key, value in fields.items() if value}).encode()


def secret(name: str, value: bytes) -> bytes:
    """A secret: as text where it is text, else base64 as `rawValue`."""
    try:
        return json.dumps({"name": name, "value": value.decode()}).encode()
    except UnicodeDecodeError:
        import base64

        return json.dumps({"name": name, "rawValue": base64.b64encode(value).decode()}).encode()
