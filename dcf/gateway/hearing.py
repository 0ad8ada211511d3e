"""Hears what a provider tells, and puts it into the log and among the numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from ..providers.notices import (
    CandidateReady,
    Hear,
    Notice,
    ReplicaEnded,
    ReplicaLooping,
    ReplicaReady,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)
from ..providers.placement import ENDED, FAILED, READY
from .calls.metrics import Metrics
from .judging.candidates import Candidates
from .telemetry import events
from .telemetry.events import Event, tell

_EVENTS: Mapping[type[Notice], Event] = {
    RolloutStep: events.ROLLOUT_STEP,
    ReplicaReady: events.REPLICA_READY,
    ReplicaRestarted: events.REPLICA_RESTARTED,
    ReplicaLooping: events.CRASH_LOOP,
    ReplicaEnded: events.REPLICA_ENDED,
}
_RESULTS = {
    READY: events.ROLLOUT_READY,
    FAILED: events.ROLLOUT_FAILED,
    ENDED: events.ROLLOUT_ENDED,
}


def hearing(metrics: Metrics, candidates: Candidates, others: Iterable[Hear] = ()) -> Hear:
    """What a provider tells its notices to.

    Args:
        metrics: Counts them.
        candidates: Judges what they tell of.
        others: Who else hears them; more may be added while it is in use.
    """

    def hear(notice: Notice) -> None:
        metrics.hear(notice)
        candidates.hear(notice)
        for other in others:
            other(notice)
        fields = asdict(notice)
        if isinstance(notice, CandidateReady):
            del fields["terms"]
            terms = notice.terms
            tell(events.CANDIDATE_READY, **fields, mode=terms.mode, share=terms.share)
            return
        if isinstance(notice, RolloutEnded):
            fields["seconds"] = round(notice.seconds, 3)
            if not fields.pop("is_restored"):
                del fields["result"]
                tell(_RESULTS.get(notice.result, events.ROLLOUT_REPLACED), **fields)
                return
        tell(_EVENTS.get(type(notice), events.RESTORED), **fields)

    return hear
