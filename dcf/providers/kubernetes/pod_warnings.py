"""What a cluster complains of a pod in events, as its status does not say it: volumes, probes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from .api import Json
from .records import PodRecord
from .trouble import missing

_LONGEST = 300
FIELDS = "type=Warning,involvedObject.kind=Pod"
_VOLUMES = ("FailedMount", "FailedAttachVolume")
_LIVENESS = "its liveness probe fails"
# How a container ends that its node ends: it obeys at once, or is killed after its time.
_BY_NODE = ("exited with status 0", "killed by signal 15", "killed by signal 9 (SIGKILL), by its")
# A probe's failures are reported together, some of them late; a container has time to end.
_AFTER_SECONDS, _BEFORE_SECONDS = 5.0, 90.0
_PASSING = ("failed to sync", "timed out waiting for the condition")
_PROBE = re.compile(r"(?P<kind>Startup|Readiness|Liveness) probe (?:failed|errored): (?P<why>.*)")
# `Get "http://10.0.0.1:8080/_/ready": dial tcp 10.0.0.1:8080: connect: connection refused`
_ASKED = re.compile(r'^Get "https?://[^/"]*(?P<path>[^"]*)": (?:dial tcp \S+: (?:connect: )?)?')
_STATUS = re.compile(r"HTTP probe failed with statuscode: (?P<status>\d+)")


@dataclass(frozen=True, slots=True)
class PodWarning:
    """One complaint.

    Attributes:
        name: The event's.
        pod: The pod's name.
        at: When it was said last; RFC 3339, UTC.
        words: One line.
        is_liveness: Whether its liveness probe failed: then its node ends its container.
    """

    name: str
    pod: str
    at: str
    words: str
    is_liveness: bool = False


def pod_warning(found: Json) -> PodWarning | None:
    """Of an Event; None if it says nothing that a pod's own status does not."""
    about = found.get("involvedObject") or found.get("regarding") or {}
    message = " ".join((found.get("message") or found.get("note") or "").split())
    words = _words(found.get("reason") or "", message)
    if about.get("kind") != "Pod" or not words:
        return None
    meta = found["metadata"]
    at = found.get("lastTimestamp") or found.get("eventTime") or meta.get("creationTimestamp") or ""
    is_liveness = words.startswith(_LIVENESS)
    return PodWarning(meta["name"], about.get("name", ""), at, words[:_LONGEST], is_liveness)


def warned(pod: PodRecord, warnings: Iterable[PodWarning]) -> PodRecord:
    """A pod with what was said of it last, where nothing else is known against it."""
    warnings = tuple(warnings)
    pod = _explained(pod, warnings)
    if pod.ready or pod.ending or pod.trouble:
        return pod
    last = max(warnings, key=lambda each: each.at, default=None)
    return replace(pod, trouble=last.words) if last else pod


def _explained(pod: PodRecord, warnings: Iterable[PodWarning]) -> PodRecord:
    """A pod whose container was ended by its node, with the reason of that."""
    ended = pod.last_exit
    if ended is None or not ended.cause.startswith(_BY_NODE):
        return pod
    said = [each for each in warnings if each.is_liveness and _is_near(each.at, ended.at)]
    if not said:
        return pod
    cause = f"unhealthy: {max(said, key=lambda each: each.at).words}"
    trouble = cause if pod.trouble == ended.reason else pod.trouble
    return replace(pod, last_exit=replace(ended, cause=cause, reason=cause), trouble=trouble)


def _is_near(warning: str, end: str) -> bool:
    """Whether a probe failed shortly before a container ended, as far as these times say."""
    try:
        before = datetime.fromisoformat(end) - datetime.fromisoformat(warning)
    except (ValueError, TypeError):
        return False
    return -_AFTER_SECONDS <= before.total_seconds() <= _BEFORE_SECONDS


def _words(reason: str, message: str) -> str:
    if reason in _VOLUMES and not any(each in message for each in _PASSING):
        return missing(message) or f"a volume cannot be had: {message}"
    if reason == "FailedCreatePodSandBox":
        return f"its node cannot make room for it: {message}"
    if reason == "Unhealthy" and (found := _PROBE.search(message)):
        return f"its {found['kind'].lower()} probe fails: {_probed(found['why'])}"
    return ""


def _probed(why: str) -> str:
    if found := _STATUS.search(why):
        return f"HTTP status {found['status']}"
    if "deadline exceeded" in why or "Timeout exceeded" in why:
        return "no answer in time"
    if found := _ASKED.search(why):
        return f"{why[found.end() :]} at {found['path'] or '/'}"
    return why
