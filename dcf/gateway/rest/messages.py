"""The JSON bodies of the REST door, as OpenFaaS names their fields.

They are decoded and checked by these records, and the OpenAPI document describes them by the same.
"""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from ...errors import InvalidRequest
from ...scale_labels import MAX_REPLICAS
from .number_words import words_of

_Message = TypeVar("_Message")


def _named(pattern: str) -> Meta:
    """A pattern for the document alone: the core checks names, and says what is wrong in words."""
    return Meta(extra_json_schema={"pattern": pattern})


Label = Annotated[str, _named("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
SecretName = Annotated[str, _named("^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,251}[a-zA-Z0-9])?$")]
# In a path the namespace may follow.
Named = Annotated[str, _named(r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.openfaas-fn)?$")]
Digest = Annotated[str, _named("^[0-9a-f]{64}$")]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Filled = Annotated[str, Meta(min_length=1)]
Base64 = Annotated[str, _named("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")]
# To JSON Schema 4.0 is an integer, too; the decoder's own integers are stricter.
Whole = Annotated[float, Meta(multiple_of=1)]
MOST_REVISIONS = 1 << 31
RevisionNumber = Annotated[int, Meta(ge=1, le=MOST_REVISIONS)]
Texts = dict[str, str]
Environment = dict[
    Annotated[str, _named(r"^[^=\u0000]+$")], Annotated[str, _named(r"^[^\u0000]*$")]
]


class FunctionDeployment(Struct, rename="camel"):
    """What to deploy: `service` and `image` are required.

    `envProcess` and `readOnlyRootFilesystem` are kept and told, not used; `registryAuth` and
    `network` are taken and not used.
    """

    service: Label
    image: Filled
    namespace: str | None = None
    env_process: str | None = None
    env_vars: Environment | None = None
    constraints: list[str] | None = None
    secrets: list[SecretName] | None = None
    labels: Texts | None = None
    annotations: Texts | None = None
    limits: Texts | None = None
    requests: Texts | None = None
    read_only_root_filesystem: bool | None = None
    registry_auth: str | None = None
    network: str | None = None


class Usage(Struct, rename="camel"):
    """What the replicas use now: thousandths of a core, and bytes."""

    cpu: float
    total_memory_bytes: float


class FunctionStatus(Struct, rename="camel", omit_defaults=True):
    """A function; empty fields are left out, as in OpenFaaS, and `createdAt` never.

    From `rollout` (`progressing`, `ready`, `failed`, `ended`) on, the fields are DCF's own.
    `revision` is the one that serves, `rolloutRevision` the newest, where that is another one; all
    fields that begin with `rollout` are of the newest. `rolloutMode` is `canary` or `shadow` while
    it is judged.
    """

    name: str
    image: str
    created_at: str
    namespace: str = ""
    env_process: str = ""
    read_only_root_filesystem: bool = False
    constraints: list[str] = []
    secrets: list[str] = []
    labels: Texts = {}
    annotations: Texts = {}
    limits: Texts = {}
    requests: Texts = {}
    env_vars: Texts = {}
    invocation_count: int = 0
    replicas: int = 0
    available_replicas: int = 0
    usage: Usage | None = None
    rollout: str = ""
    rollout_reason: str = ""
    rollout_mode: str = ""
    revision: int = 0
    rollout_revision: int = 0
    rollout_replicas: int = 0
    rollout_ready_replicas: int = 0
    restarts: int = 0
    last_exit: str = ""
    last_exit_at: str = ""
    crash_loop: str = ""
    scaling: str = ""


class DeleteFunctionRequest(Struct, rename="camel"):
    """Which function to delete."""

    function_name: Named
    namespace: str | None = None


class ScaleServiceRequest(Struct, rename="camel"):
    """How many replicas to keep; the name in the path counts."""

    replicas: Annotated[Whole, Meta(ge=0, le=MAX_REPLICAS)]
    service_name: str | None = None
    namespace: str | None = None


class Namespace(Struct):
    """A namespace."""

    name: str
    labels: Texts = {}
    annotations: Texts = {}


class SecretValue(Struct, rename="camel"):
    """A secret to keep: its value as text, or its bytes as base64 in `rawValue`."""

    name: SecretName
    namespace: str | None = None
    value: str | None = None
    raw_value: Base64 | None = None


class SecretNamed(Struct, rename="camel"):
    """A secret without its value."""

    name: SecretName
    namespace: str | None = None


class AlertLabels(Struct):
    """Which function an alert is about."""

    function_name: Named


class Alert(Struct):
    """One alert: replicas are added while its status is `firing`."""

    labels: AlertLabels
    status: str = ""


class Alerts(Struct):
    """What Alertmanager posts."""

    alerts: list[Alert]
    status: str = ""
    receiver: str = ""


class LogEntry(Struct):
    """One line that a replica wrote."""

    name: str
    namespace: str
    instance: str
    timestamp: str
    text: str


class Version(Struct):
    """A release and the commit it was made from."""

    sha: str
    release: str


class ProviderInfo(Struct):
    """Where functions run."""

    provider: str
    version: Version
    orchestration: str


class Info(Struct):
    """The gateway and its provider; `isolation` is how functions are kept from each other."""

    provider: ProviderInfo
    version: Version
    arch: str
    capabilities: list[str] = []
    isolation: str = "none"


class Telemetry(Struct, rename="camel"):
    """Counts, for whoever asks: nothing is ever sent anywhere."""

    functions: int
    replicas: int
    available_replicas: int
    invocations: int


class Revision(Struct, rename="camel"):
    """One entry of a function's history; `lastExit` is how the last replica ended that crashed."""

    revision: int
    image: str
    deployed_at: str
    by: str
    rollout: str
    reason: str
    serving: bool
    restarts: int = 0
    last_exit: str = ""
    last_exit_at: str = ""
    crash_loop: str = ""
    annotations: Texts = {}


class RollbackRequest(Struct):
    """Which revision to go back to; without one it is the newest before that became ready."""

    revision: Annotated[Whole, Meta(ge=1, le=MOST_REVISIONS)] | None = None


class Begun(Struct):
    """The revision that was begun."""

    revision: int
    image: str


class Failure(Struct):
    """What went wrong with a call, and the id under which the log has more."""

    code: str
    message: str
    call_id: str


class Failed(Struct):
    """The gateway's own failure on the way to a function."""

    error: Failure


def decode(body: bytes, kind: type[_Message]) -> _Message:
    """A checked message; raises `InvalidRequest` that says what is wrong, and where."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise InvalidRequest(f"validation failed: {words_of(fault, body)}") from fault
    except RecursionError as fault:
        raise InvalidRequest("validation failed: it is nested too deeply") from fault


def encode(message: Any) -> bytes:  # noqa: ANN401 # any message, or a list of them
    """JSON."""
    return msgspec.json.encode(message)
