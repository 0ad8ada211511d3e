"""Pack, upload, deploy, wait: what `create` and `gateway start --deploy` do with a function."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from dcf.archive import Archive, pack
from dcf.client.base import Function, GatewayClient
from dcf.config import FunctionConfig
from dcf.errors import AlreadyExists, NotFound, RolloutFailed
from dcf.providers.base import FunctionSpec

_POLL_SECONDS = 0.05
_LONGEST_WAIT = 900.0


@dataclass(frozen=True)
class Plan:
    """How a release goes.

    Attributes:
        say: Takes the lines a person sees.
        detail: Takes those of `-v`.
        replace: Delete the function first.
        update: Update it when it is there.
    """

    say: Callable[[str], None]
    detail: Callable[[str], None]
    replace: bool = False
    update: bool = True


def release(client: GatewayClient, function: FunctionConfig, plan: Plan) -> None:
    """Bring one function of a config file to ready; raises with the reason if it cannot be."""
    plan.say(f"Building function ({function.name}) ...")
    archive = pack(function.root, function.entry, function.include, function.exclude)
    for name in archive.names:
        plan.detail(f"  {name}")
    plan.say(f"Image: {archive.image} built in local environment.")
    plan.say(f"Pushing: {function.name}, Image: {archive.image} in Registry: {client.address} ...")
    client.put_archive(archive)
    plan.say(f"Deploying: {function.name} ...")
    _deploy(client, _spec(function, archive), plan)
    began = time.monotonic()
    _wait_until_ready(client, function.name, plan)
    plan.say(f"Function {function.name} is ready after {time.monotonic() - began:.1f} s.")


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


def _wait_until_ready(client: GatewayClient, name: str, plan: Plan) -> Function:
    limit, told = time.monotonic() + _LONGEST_WAIT, time.monotonic()
    while True:
        found = client.describe(name)
        rollout = found.annotations.get(
            "dcf.rollout", "ready" if found.available else "progressing"
        )
        if rollout == "failed":
            reason = found.annotations.get("dcf.reason", "no reason given")
            kept = "; the revision before it still serves" if found.available else ""
            raise RolloutFailed(f"function {name} cannot become ready: {reason}{kept}")
        if rollout == "ready":
            return found
        if time.monotonic() > limit:
            raise RolloutFailed(
                f"function {name} is not ready after {_LONGEST_WAIT:g} s: "
                f"see `dcf function log {name}`"
            )
        if time.monotonic() - told > 5:
            told = time.monotonic()
            plan.say(f"  still starting ({found.available} of {found.replicas} replicas ready)")
        time.sleep(_POLL_SECONDS)


def _spec(function: FunctionConfig, archive: Archive) -> FunctionSpec:
    own = {"desc": function.desc, "maintainer": function.maintainer}
    return FunctionSpec(
        name=function.name,
        image=archive.image,
        env=function.environment,
        labels=function.labels,
        annotations={**function.annotations, **{key: value for key, value in own.items() if value}},
        constraints=function.constraints,
        secrets=function.secrets,
        limits=function.limits,
        requests=function.requests,
    )
