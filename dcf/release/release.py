"""Pack or build, deploy, wait: what `create` and `gateway start --deploy` do with a function."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..archive import Archive
from ..client.base import GatewayClient
from ..client.rollout import rollout_of
from ..config import FunctionConfig
from ..errors import AlreadyExists, NotFound, Unsupported
from ..export import specs
from ..packing import archive_of
from ..providers.placement import FunctionSpec
from ..terminal.printing import write_note
from ..terminal.waiting_line import WaitingLine
from .interruption import Interruption
from .rollout_progress import RolloutProgress
from .waiting import wait_for_rollout


@dataclass(frozen=True)
class Provided:
    """What a gateway shall run, and what is noted with it."""

    image: str
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How a release goes.

    Attributes:
        say: Takes the lines a person sees.
        detail: Takes those of `-v`.
        replace: Delete the function first.
        update: Update it when it is there.
        labels: Laid over the function's own.
        annotations: Likewise.
        narrate: Takes what the gateway does meanwhile; None when nobody watches.
        images: Provides the image of a function to a gateway that runs images.
    """

    say: Callable[[str], None]
    detail: Callable[[str], None]
    replace: bool = False
    update: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    narrate: Callable[[str], None] | None = None
    images: Callable[[FunctionConfig], Provided] | None = None


def build_archive(function: FunctionConfig, plan: Plan) -> Archive:
    """Pack one function of a config file, and say so in the original's words."""
    plan.say(f"Building function ({function.name}) ...")
    with WaitingLine(f"packing {function.name}"):
        archive = archive_of(function)
    for name in archive.names:
        plan.detail(f"  {name}")
    plan.say(f"Image: {archive.image} built in local environment.")
    return archive


def release(client: GatewayClient, function: FunctionConfig, plan: Plan) -> None:
    """Bring one function of a config file to ready; raises with the reason if it cannot be."""
    try:
        spec = _spec(client, function, plan)
    except KeyboardInterrupt:
        write_note(f"Interrupted: {function.name} was not deployed.")
        raise
    plan.say(f"Deploying: {function.name} ...")
    progress = RolloutProgress(client, function.name, plan.narrate)
    with Interruption(client, function.name), WaitingLine(f"asking for {function.name}"):
        _deploy(client, spec, plan)
    began = time.monotonic()
    found = wait_for_rollout(client, function.name, progress.go_on if plan.narrate else None)
    mode = rollout_of(found).mode
    what = f" as a {mode}: `dcf function history {function.name}` has the verdict" if mode else ""
    plan.say(f"Function {function.name} is ready after {time.monotonic() - began:.1f} s{what}.")


def _spec(client: GatewayClient, function: FunctionConfig, plan: Plan) -> FunctionSpec:
    """What to ask for: an archive uploaded to the gateway, or an image that its nodes can pull."""
    if client.takes_archives():
        archive = build_archive(function, plan)
        place = f"in Registry: {client.address} ..."
        plan.say(f"Pushing: {function.name}, Image: {archive.image} {place}")
        with WaitingLine(f"sending {len(archive.data) / 1e6:.1f} MB"):
            client.put_archive(archive)
        spec = specs.plain(function, archive.image).spec
    elif plan.images is None:
        raise Unsupported(f"the gateway at {client.address} runs container images, not folders")
    else:
        provided = plan.images(function)
        asked = specs.FOR[client.speaks](function, provided.image)
        for note in asked.notes:
            plan.say(f"Note: {note}.")
        spec = replace(asked.spec, annotations={**asked.spec.annotations, **provided.annotations})
    return replace(
        spec,
        labels={**spec.labels, **plan.labels},
        annotations={**spec.annotations, **plan.annotations},
    )


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
