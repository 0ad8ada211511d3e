"""What a provider tells becomes an event and a number."""

import logging

import pytest

from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.hearing import hearing
from dcf.gateway.judging.candidates import Candidates
from dcf.providers.notices import (
    CandidateReady,
    ReplicaEnded,
    ReplicaLooping,
    ReplicaReady,
    ReplicaRestarted,
    RolloutEnded,
    RolloutStep,
)
from dcf.providers.terms import Terms


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        (RolloutStep("f", 2, "trial"), "rollout_step function=f revision=2 step=trial"),
        (
            RolloutEnded("f", 2, "ready", "", 1.23456),
            "rollout_ready function=f revision=2 seconds=1.235",
        ),
        (
            RolloutEnded("f", 2, "failed", "no weights", 1.0),
            "rollout_failed function=f revision=2 reason=no weights seconds=1.0",
        ),
        (
            RolloutEnded("f", 2, "replaced", "", 1.0),
            "rollout_replaced function=f revision=2 seconds=1.0",
        ),
        (
            RolloutEnded("f", 2, "ready", "", 1.0, is_restored=True),
            "function_restored function=f revision=2 result=ready seconds=1.0",
        ),
        (
            RolloutEnded("f", 2, "ended", "40 of 40 agree", 1.0),
            "rollout_ended function=f revision=2 reason=40 of 40 agree seconds=1.0",
        ),
        (
            CandidateReady("f", 2, 1, Terms("canary", 0.25)),
            "candidate_ready function=f revision=2 serving=1 mode=canary share=0.25",
        ),
        (ReplicaReady("f", 2, "f-2-1"), "replica_ready function=f revision=2 replica=f-2-1"),
        (
            ReplicaLooping("f", 2, "f-2-1", "crash loop: ..."),
            "crash_loop function=f revision=2 replica=f-2-1 reason=crash loop: ...",
        ),
        (ReplicaEnded("f", 2, "f-2-1"), "replica_ended function=f revision=2 replica=f-2-1"),
        (
            ReplicaRestarted("f", 2, "f-2-1", "signal", "killed by signal 9"),
            "replica_restarted function=f revision=2 replica=f-2-1 kind=signal "
            "reason=killed by signal 9",
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_each_notice_is_one_event(caplog, notice, said):
    caplog.set_level(logging.INFO)
    metrics = Metrics()
    hearing(metrics, Candidates(metrics))(notice)
    assert [each.getMessage() for each in caplog.records] == [said]


def test_rollouts_and_restarts_are_counted():
    metrics = Metrics()
    hear = hearing(metrics, Candidates(metrics))
    hear(RolloutEnded("f", 1, "ready", "", 1.0))
    hear(ReplicaRestarted("f", 1, "f-1-1", "exit", "exited with status 7"))
    text = b"".join(metrics.lines("f")).decode()
    assert 'rollouts_total{function_name="f.openfaas-fn",result="ready"} 1.0' in text
    assert 'restarts_total{function_name="f.openfaas-fn",reason="exit"} 1.0' in text
