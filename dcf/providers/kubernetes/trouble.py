"""Why a pod cannot start or run, in one line: from its status, as Kubernetes 1.20 to 1.3x write it.

What Kubernetes says is for people who know it; what somebody who deploys a function can do about it
stands here.
"""

import re
from dataclasses import dataclass

from .api import Json
from .exits import start_fault
from .scheduling import why_unscheduled

_LONGEST = 300
_NEVER_BY_ITSELF = ("InvalidImageName", "ErrImageNeverPull")
_PULLING = ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError")
_STARTING = ("ContainerCreating", "PodInitializing", "")
_CRASHED = "CrashLoopBackOff"
# `Back-off pulling image "a:1": ErrImagePull: rpc error: ...`; before 1.31 it ends at the name.
_BACK_OFF = re.compile(r'Back-off pulling image "(?P<image>[^"]*)"(?:: ErrImagePull: (?P<why>.*))?')
# What a pull's error begins with says only who talked to whom.
_PULL_NOISE = re.compile(
    r"rpc error: code = \w+ desc = |Error response from daemon: |failed to pull and unpack image "
    r'"[^"]*": |failed to pull image "[^"]*": |failed to resolve reference "[^"]*": '
)
_MISSING = re.compile(r'(?P<kind>secret|configmap) "(?P<name>[^"]*)" not found', re.IGNORECASE)
_NO_KEY = re.compile(r"couldn't find key (?P<key>\S+) in (?P<kind>\w+) (?:\S+/)?(?P<name>\S+)")
_ROOT = re.compile(r"runAsNonRoot|non-root policy")


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a pod.

    Attributes:
        words: One line; empty if nothing is.
        is_hopeless: Whether it will not pass by waiting.
    """

    words: str = ""
    is_hopeless: bool = False


NONE = Trouble()


def pod_trouble(pod: Json, before: str = "") -> Trouble:
    """What is wrong with a pod besides how its container ended.

    Args:
        pod: The object.
        before: What was wrong with it when it was looked at last: between two tries to pull an
            image its status does not say any more why the first one failed.
    """
    status = pod.get("status") or {}
    if status.get("phase") == "Failed":
        return Trouble(_failed(status))
    conditions = {each["type"]: each for each in status.get("conditions") or ()}
    placed = conditions.get("PodScheduled") or {}
    if placed.get("status") == "False":
        return Trouble(why_unscheduled(placed.get("message", ""), pod.get("spec") or {}))
    for prefix, each in _containers(status):
        waiting = (each.get("state") or {}).get("waiting")
        before = before.removeprefix(prefix)
        if waiting and (found := _waiting(waiting, each.get("image", ""), before)).words:
            return Trouble(prefix + found.words, found.is_hopeless)
    node = (pod.get("spec") or {}).get("nodeName", "")
    return Trouble(f"its node {node} does not answer") if _is_lost(status, conditions) else NONE


def _containers(status: Json) -> list[tuple[str, Json]]:
    """The status of each container, and what a line about it begins with."""
    first = [("before it starts: ", each) for each in status.get("initContainerStatuses") or ()]
    return [*first, *(("", each) for each in status.get("containerStatuses") or ())]


def _waiting(waiting: Json, image: str, before: str) -> Trouble:
    reason, message = waiting.get("reason", ""), " ".join(waiting.get("message", "").split())
    if reason in _STARTING or reason == _CRASHED:
        return NONE
    if reason in _PULLING:
        return Trouble(_pull(message, image, before), reason == "ImagePullBackOff")
    if reason in _NEVER_BY_ITSELF:
        return Trouble(_image(reason, image, message), is_hopeless=True)
    if reason == "CreateContainerConfigError":
        return Trouble(_configuration(message), is_hopeless=True)
    if reason in {"RunContainerError", "CreateContainerError"}:
        return Trouble(f"the process cannot be started: {start_fault(message)}")
    return Trouble(f"{reason}: {message}"[:_LONGEST] if message else reason)


def _pull(message: str, image: str, before: str) -> str:
    start = "image "
    if found := _BACK_OFF.search(message):
        image, message = found["image"] or image, found["why"] or ""
        start = f"image {image} cannot be pulled: "
        if not message and before.startswith(start):
            return before
    start = f"image {image} cannot be pulled: "
    why = re.sub(rf"^\S*{re.escape(image)}: ", "", _PULL_NOISE.sub("", message))
    if "not found" in why or "not exist" in why or "manifest unknown" in why:
        return f"{start}there is none of this name in its registry, or it needs a key: {why}"[
            :_LONGEST
        ]
    return f"{start}{why or 'it is tried again and again'}"[:_LONGEST]


def _image(reason: str, image: str, message: str) -> str:
    if reason == "InvalidImageName":
        return f"image {image or '?'} is no name of an image: {message}"[:_LONGEST]
    return f"image {image} is not on the node, and the image pull policy is Never"


def _configuration(message: str) -> str:
    if found := missing(message):
        return found
    if _ROOT.search(message):
        return "its image runs as root, and functions may not: set USER in its Dockerfile"
    return f"its container cannot be made: {message}"[:_LONGEST]


def missing(message: str) -> str:
    """Which Secret or ConfigMap is not there, or lacks a key; empty if it is about neither."""
    if found := _NO_KEY.search(message):
        return f"{found['kind'].lower()} {found['name']} has no key {found['key']}"
    if not (found := _MISSING.search(message)):
        return ""
    if found["kind"].lower() == "secret":
        return f"secret {found['name']} is not here any more: create it again"
    return f"config map {found['name']} is not here"


def _failed(status: Json) -> str:
    """Why a pod is over: its node gave it up."""
    reason = status.get("reason") or "Failed"
    message = " ".join((status.get("message") or "").removeprefix("Pod ").split())
    if reason == "Evicted":
        return f"its node ended it: {message}"[:_LONGEST]
    return f"it could not stay on its node: {reason}{f': {message}' if message else ''}"[:_LONGEST]


def _is_lost(status: Json, conditions: dict[str, Json]) -> bool:
    """Whether its node is gone: then a pod is not ready though its containers were, last."""
    ready = conditions.get("Ready") or {}
    containers = status.get("containerStatuses") or ()
    return status.get("reason") == "NodeLost" or (
        ready.get("status") == "False"
        and not ready.get("reason")
        and bool(containers)
        and all(each.get("ready") for each in containers)
    )
