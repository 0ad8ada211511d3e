"""What a gateway that runs images is asked for: by `dcf function create`, and in an exported file.

Both are made from the same record, so that a function is deployed alike by either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..config import FunctionConfig
from ..providers.placement import FunctionSpec
from .labels import annotations_of
from .serving import drained, environment_of

_RESOURCES = ("memory", "cpu")  # of the three that config.yaml knows
_OPENFX_SECRETS = "/etc/openfx"


@dataclass(frozen=True)
class Asked:
    """A deployment, and what of the config the platform has no place for.

    Attributes:
        spec: What to ask for.
        notes: One line for each thing left out.
    """

    spec: FunctionSpec
    notes: tuple[str, ...] = ()


def plain(function: FunctionConfig, image: str) -> Asked:
    """All as it is written: for a gateway of this project, which serves by itself."""
    return Asked(_spec(function, image, function.environment))


def openfaas(function: FunctionConfig, image: str) -> Asked:
    """For OpenFaaS, which calls port 8080 and ends replicas that its callers still know."""
    notes = []
    if any(texts.get("gpu", "0") != "0" for texts in (function.limits, function.requests)):
        notes.append(f"{function.name}: gpu is left out, since OpenFaaS has no place for it")
    if any(key.upper() == "PORT" for key in function.environment):
        notes.append(f"{function.name}: PORT is left out, since OpenFaaS calls port 8080")
    environment = drained(environment_of(function, ("PORT",)))
    return Asked(_spec(function, image, environment, _RESOURCES, read_only=True), tuple(notes))


def dcf(function: FunctionConfig, image: str) -> Asked:
    """For DCF and OpenFx, which call port 50051, look for the lock file and mount secrets."""
    secrets = {"SECRETS_DIR": _OPENFX_SECRETS} if function.secrets else {}
    environment = drained(environment_of(function, ("WATCHER_PORT", "LOCK_FILE"), **secrets))
    return Asked(_spec(function, image, environment, (*_RESOURCES, "gpu")))


FOR: Mapping[str, Callable[[FunctionConfig, str], Asked]] = {"openfaas": openfaas, "dcf": dcf}
"""By what a gateway speaks, `GatewayClient.speaks`."""


def _spec(
    function: FunctionConfig,
    image: str,
    environment: Mapping[str, str],
    resources: tuple[str, ...] | None = None,
    *,
    read_only: bool = False,
) -> FunctionSpec:
    return FunctionSpec(
        name=function.name,
        image=image,
        env=environment,
        labels=dict(function.labels),
        annotations=annotations_of(function),
        constraints=function.constraints,
        secrets=function.secrets,
        limits=_quantities(function.limits, resources),
        requests=_quantities(function.requests, resources),
        read_only=read_only,
    )


def _quantities(texts: Mapping[str, str], kept: tuple[str, ...] | None) -> dict[str, str]:
    return {key: text for key, text in texts.items() if kept is None or (text and key in kept)}
