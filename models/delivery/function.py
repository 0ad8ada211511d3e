"""A function as its gateway tells of it, and the update that serves another model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar
from urllib.parse import quote

from .connection import Connection
from .errors import DeliveryError, GatewayRefused
from .notes import ModelNotes
from .who import who

PROGRESSING, READY, FAILED = "progressing", "ready", "failed"
ENDED = "ended"
"""Of a shadow, which was compared and never was to serve."""
_Read = TypeVar("_Read")
_BUNDLE, _ID = "MODEL_BUNDLE", "MODEL_ID"
# What an update takes over as it is, under the names that it has there and here.
_KEPT = (
    "image", "envProcess", "constraints", "secrets", "labels", "limits", "requests",
    "readOnlyRootFilesystem", "namespace",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """What runs now.

    Attributes:
        document: As the gateway told it.
        rollout: ``progressing``, ``ready`` or ``failed``, of the newest revision.
        reason: Why it failed, or what is being done.
        serving: Number of the revision that serves.
        notes: On the model that serves.
    """

    document: Mapping[str, Any]
    rollout: str
    reason: str
    serving: int
    notes: ModelNotes


@dataclass(frozen=True, slots=True)
class Serving:
    """What a function is to serve from now on.

    Attributes:
        attachment: Digest of the packed bundle, which the gateway has.
        notes: On the model.
        model_id: Its id in the registry, or nothing.
        terms: Annotations that say how it is tried out first.
    """

    attachment: str
    notes: ModelNotes
    model_id: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of a function's history.

    Attributes:
        number: From 1 on.
        deployed_at: RFC 3339.
        by: Who asked for it.
        rollout: How it went.
        reason: Why it failed.
        serving: Whether it serves now.
        notes: On its model.
    """

    number: int
    deployed_at: str = ""
    by: str = ""
    rollout: str = ""
    reason: str = ""
    serving: bool = False
    notes: ModelNotes = field(default_factory=ModelNotes)


class Function:
    """A deployed function.

    Args:
        connection: To its gateway.
        name: Its own.

    Attributes:
        name: As given.
        gateway: The gateway's address.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self.name, self.gateway = name, connection.address
        self._connection = connection
        self._path = f"/system/function/{quote(name, safe='')}"

    def check(self) -> None:
        """Raises ``GatewayRefused`` where the gateway keeps no attachments."""
        found = self._connection.ask("GET", "/system/info")
        kept = found.get("capabilities") if isinstance(found, dict) else None
        if not isinstance(kept, list) or "archives" not in kept:
            raise GatewayRefused(
                f"the gateway at {self.gateway} keeps no attachments, so no model can be sent to "
                "it: build an image with the bundle (`dcf function build`) and deploy that"
            )

    def state(self) -> State:
        """What runs now."""
        return self._read(self._asked(""), _state_of)

    def metrics(self, revision: int | None = None) -> str:
        """What its ready replicas count, in Prometheus' text format.

        Args:
            revision: Only replicas of this one.
        """
        query = "" if revision is None else f"?revision={revision}"
        return self._connection.text(f"{self._path}/metrics{query}")

    def history(self) -> list[Revision]:
        """Its revisions, newest first."""
        found = self._asked("/history")
        rows = self._read(found, lambda rows: [_revision_of(row) for row in rows])
        if not rows:
            raise self._connection.stranger()
        return rows

    def has(self, digest: str) -> bool:
        """Whether the gateway has an attachment; then it keeps that for an hour or more."""
        return self._connection.has(f"/system/attachments/{digest}")

    def send(self, file: IO[bytes], size: int, digest: str, sent: Callable[[int], None]) -> None:
        """Uploads an attachment.

        Args:
            file: It, at its beginning.
            size: Its bytes.
            digest: Their SHA-256.
            sent: Called with how many bytes more are on their way.
        """
        self._connection.upload(f"/system/attachments/{digest}", file, size, sent)

    def serve(self, state: State, asked: Serving) -> int:
        """Begins to serve another model; everything else stays as it is.

        Args:
            state: What runs now.
            asked: Which.

        Returns:
            Number of the revision that is to serve it.
        """
        document = {key: state.document[key] for key in _KEPT if state.document.get(key)}
        env = {
            **state.document.get("envVars", {}),
            _BUNDLE: f"attachment:sha256:{asked.attachment}",
        }
        env.pop(_ID, None)
        document |= {
            "service": self.name,
            "envVars": env | ({_ID: asked.model_id} if asked.model_id else {}),
            "annotations": asked.notes.over(state.document.get("annotations", {}))
            | {**asked.terms},
        }
        self._connection.ask("PUT", "/system/functions", document, {"X-Deployed-By": who()})
        rows = self.history()
        return next((row.number for row in rows if row.notes == asked.notes), rows[0].number)

    def answers(self) -> str:
        """What its replies say of their model (``X-Model``); empty where they say nothing."""
        return self._connection.header(f"/function/{quote(self.name, safe='')}", "X-Model")

    def back(self, number: int) -> int:
        """Begins to go back to a revision; gives the number of the new one."""
        by = {"X-Deployed-By": who()}
        asked = {"revision": number}
        found = self._connection.ask("POST", f"{self._path}/rollback", asked, by)
        return self._read(found, lambda row: int(_of(row, "revision", int)))

    def _asked(self, path: str) -> Any:  # noqa: ANN401 - what JSON can hold
        try:
            return self._connection.ask("GET", self._path + path)
        except GatewayRefused as error:
            if error.status != 404:
                raise
            raise DeliveryError(
                f"no function {self.name!r} at {self.gateway}: `dcf function list -g "
                f"{self.gateway}` shows those that there are, `dcf function create` makes one"
            ) from error

    def _read(self, found: Any, reader: Callable[[Any], _Read]) -> _Read:  # noqa: ANN401 - JSON
        try:
            return reader(found)
        except (LookupError, TypeError, AttributeError) as error:
            raise self._connection.stranger() from error


def _state_of(row: Any) -> State:  # noqa: ANN401 - what JSON can hold
    for name, kind in (("envVars", dict), ("annotations", dict), ("labels", dict)):
        _of(row, name, kind, {})
    return State(
        document=row,
        rollout=_of(row, "rollout", str, ""),
        reason=_of(row, "rolloutReason", str, ""),
        serving=_of(row, "revision", int, 0),
        notes=_notes_of(row),
    )


def _revision_of(row: Any) -> Revision:  # noqa: ANN401 - what JSON can hold
    return Revision(
        number=_of(row, "revision", int),
        deployed_at=_of(row, "deployedAt", str, ""),
        by=_of(row, "by", str, ""),
        rollout=_of(row, "rollout", str, ""),
        reason=_of(row, "reason", str, ""),
        serving=_of(row, "serving", bool, False),
        notes=_notes_of(row),
    )


def _notes_of(row: Any) -> ModelNotes:  # noqa: ANN401 - what JSON can hold
    found = _of(row, "annotations", dict, {})
    return ModelNotes.of({key: text for key, text in found.items() if isinstance(text, str)})


def _of(row: Any, key: str, kind: type, *default: object) -> Any:  # noqa: ANN401 - of that kind
    """A field of the right type; where there is a default, it may be missing."""
    value = row.get(key)
    if value is None and default:
        return default[0]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{key} is no {kind.__name__}")
    return value
