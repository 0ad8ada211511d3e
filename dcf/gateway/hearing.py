"""Hears what a provider tells, and puts it into the log and among the numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from ..providers.notices import (
    Hear,
    Notice,
    ReplicaEnded,
    ReplicaLooping,
    ReplicaReady,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)
from ..providers.placement import FAILED, READY
from .calls.metrics import Metrics
from .telemetry import events
from .telemetry.events import Event, tell

_EVENTS: Mapping[type[Notice], Event] = {
    RolloutStep: events.ROLLOUT_STEP,
    ReplicaReady: events.REPLICA_READY,
    ReplicaRestarted: events.REPLICA_RESTARTED,
    ReplicaLooping: events.CRASH_LOOP,
    ReplicaEnded: events.REPLICA_ENDED,
}
_RESULTS = {READY: events.ROLLOUT_READY, FAILED: events.ROLLOUT_FAILED}


def hearing(metrics: Metrics, others: Iterable[Hear] = ()) -> Hear:
    """What a provider tells its notices to.

    Args:
        metrics: Counts them.
        others: Who else hears them; more may be added while it is in use.
    """

    def hear(notice: Notice) -> None:
        metrics.hear(notice)
        for other in others:
            other(notice)
        fields = asdict(notice)
        if isinstance(notice, RolloutEnded):
            fields["seconds"] = round(notice.seconds, 3)
            if not fields.pop("is_restored"):
                del fields["result"]
                tell(_RESULTS.get(notice.result, events.ROLLOUT_REPLACED), **fields)
                return
        tell(_EVENTS.get(type(notice), events.RESTORED), **fields)

    return hear
