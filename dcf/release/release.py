"""Pack or build, deploy, wait: what `create` and `gateway start --deploy` do with a function."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ..archive import Archive
from ..client.base import GatewayClient
from ..config import FunctionConfig
from ..errors import AlreadyExists, NotFound, Unsupported
from ..packing import archive_of
from ..providers.placement import FunctionSpec
from .rollout_progress import RolloutProgress
from .waiting import wait_for_rollout

NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Provided:
    """What a gateway shall run, and what goes with it: environment over the function's own."""

    image: str
    annotations: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How a release goes.

    Attributes:
        say: Takes the lines a person sees.
        detail: Takes those of `-v`.
        replace: Delete the function first.
        update: Update it when it is there.
        labels: Laid over the function's own.
        narrate: Takes what the gateway does meanwhile; None when nobody watches.
        images: Provides the image of a function to a gateway that runs images.
    """

    say: Callable[[str], None]
    detail: Callable[[str], None]
    replace: bool = False
    update: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    narrate: Callable[[str], None] | None = None
    images: Callable[[FunctionConfig], Provided] | None = None


def build_archive(function: FunctionConfig, plan: Plan) -> Archive:
    """Pack one function of a config file, and say so in the original's words."""
    plan.say(f"Building function ({function.name}) ...")
    archive = archive_of(function)
    for name in archive.names:
        plan.detail(f"  {name}")
    plan.say(f"Image: {archive.image} built in local environment.")
    return archive


def release(client: GatewayClient, function: FunctionConfig, plan: Plan) -> None:
    """Bring one function of a config file to ready; raises with the reason if it cannot be."""
    provided = _provided(client, function, plan)
    plan.say(f"Deploying: {function.name} ...")
    progress = RolloutProgress(client, function.name, plan.narrate)
    spec = spec_of(function, provided.image, plan.labels)
    spec = replace(
        spec,
        annotations={**spec.annotations, **provided.annotations},
        env={**spec.env, **provided.environment},
    )
    _deploy(client, spec, plan)
    began = time.monotonic()
    wait_for_rollout(client, function.name, progress.go_on if plan.narrate else None)
    plan.say(f"Function {function.name} is ready after {time.monotonic() - began:.1f} s.")


def _provided(client: GatewayClient, function: FunctionConfig, plan: Plan) -> Provided:
    """What the gateway shall run: an archive uploaded to it, or an image its nodes can pull."""
    if client.takes_archives():
        archive = build_archive(function, plan)
        place = f"in Registry: {client.address} ..."
        plan.say(f"Pushing: {function.name}, Image: {archive.image} {place}")
        client.put_archive(archive)
        return Provided(archive.image)
    if plan.images is None:
        raise Unsupported(f"the gateway at {client.address} runs container images, not folders")
    return plan.images(function)


def _deploy(client: GatewayClient, spec: FunctionSpec, plan: Plan) -> None:
    if plan.replace:
        client.delete(spec.name)
    elif plan.update:
        try:
            client.update(spec)
        except NotFound:
            plan.say("Attempting update... but Function Not Found. Deploying Function...")
        else:
            plan.say(f"Function {spec.name} already exists, attempting rolling-update.")
            return
    try:
        client.deploy(spec)
    except AlreadyExists as fault:
        raise AlreadyExists(
            f"Function {spec.name} already exists. failed deploying. {fault.message}"
        ) from fault


def spec_of(
    function: FunctionConfig, image: str, labels: Mapping[str, str] = NO_LABELS
) -> FunctionSpec:
    """What to ask a gateway or provider for; the labels are laid over the function's own."""
    own = {"desc": function.desc, "maintainer": function.maintainer}
    return FunctionSpec(
        name=function.name,
        image=image,
        env=function.environment,
        labels={**function.labels, **labels},
        annotations={**function.annotations, **{key: value for key, value in own.items() if value}},
        constraints=function.constraints,
        secrets=function.secrets,
        limits=function.limits,
        requests=function.requests,
    )
