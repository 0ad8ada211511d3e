"""What a gateway tells of revisions and replicas, in words."""

import pytest

from dcf.client.base import Function
from dcf.client.rollout import rollout_of


def told(available=0, replicas=1, **annotations):
    names = {key: f"dcf.{key.replace('_', '-')}" for key in annotations}
    found = {names[key]: str(value) for key, value in annotations.items()}
    return rollout_of(Function("f", replicas=replicas, available=available, annotations=found))


STARTING = {"rollout": "progressing", "revision": 1, "rollout_revision": 2, "rollout_replicas": 2}


@pytest.mark.parametrize(
    ("found", "steps"),
    [
        (told(2, **STARTING), "revision 2: 0 of 2 ready; revision 1 still serves"),
        (told(0, **STARTING), "revision 2: 0 of 2 ready"),
        (
            told(1, **STARTING, rollout_ready_replicas=1, reason="installing"),
            "revision 2: 1 of 2 ready, installing; revision 1 still serves",
        ),
        (
            told(1, **STARTING, rollout_ready_replicas=2, reason="ready; it takes over in 2 s"),
            "revision 2: ready; it takes over in 2 s; revision 1 still serves",
        ),
        (told(rollout="progressing", rollout_revision=1, rollout_replicas=3),
         "revision 1: 0 of 3 ready"),
    ],
)  # fmt: skip
def test_the_newest_revisions_own_replicas_are_counted(found, steps):
    assert found.steps == steps
    assert found.notes == [steps]


@pytest.mark.parametrize(
    ("found", "notes"),
    [
        (told(1, rollout="ready", revision=3), []),
        (told(1), []),
        (
            told(1, rollout="failed", reason="why", revision=1, rollout_revision=2),
            ["revision 2 failed: why; revision 1 still serves"],
        ),
        (told(0, rollout="failed", reason="why", rollout_revision=1), ["revision 1 failed: why"]),
        (
            told(1, rollout="ended", reason="shadow: ...", revision=1, rollout_revision=2),
            ["revision 2 ended: shadow: ...; revision 1 still serves"],
        ),
        (
            told(1, **{**STARTING, "rollout_replicas": 1}, rollout_ready_replicas=1,
                 rollout_mode="canary", reason="canary with 0.1 of the calls: 3 calls"),
            ["revision 2: canary with 0.1 of the calls: 3 calls; revision 1 still serves"],
        ),
        (told(0, rollout="failed", rollout_revision=1), ["revision 1 failed: no reason"]),
        (
            told(1, rollout="failed", reason="why"),
            ["the newest failed: why; the revision before it still serves"],
        ),
        (
            told(1, rollout="ready", revision=1, restarts=1, last_exit="killed by signal 9",
                 last_exit_at="2026-01-31T12:00:00.123456Z"),
            ["restarted once, last 2026-01-31T12:00:00Z: killed by signal 9"],
        ),
        (
            told(0, rollout="failed", reason="exited with status 7", rollout_revision=1,
                 restarts=4, last_exit="exited with status 7",
                 last_exit_at="2026-01-31T12:00:00.123456Z"),
            ["revision 1 failed: exited with status 7",
             "restarted 4 times, last 2026-01-31T12:00:00Z"],
        ),
    ],
)  # fmt: skip
def test_what_a_person_should_know_beside_ready_or_not(found, notes):
    assert found.notes == notes


@pytest.mark.parametrize("text", ["", "-1", "1.5", "many", "²", "9" * 40])
def test_what_is_no_number_is_none(text):
    assert told(1, rollout="ready", revision=text, restarts=text).serving == 0
