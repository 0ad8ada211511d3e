"""Why nobody can answer a call, in words."""

import pytest

from dcf.gateway.calls.not_ready import is_hopeless, not_ready
from dcf.providers.placement import FAILED, FunctionSpec, FunctionState, ReplicaExit

ENDED = ReplicaExit("killed by signal 9 (SIGKILL)", "killed ...; its last line: x", "now", "f-1-1")


def state(replicas, **fields):
    return FunctionState(FunctionSpec("f", "x"), replicas, 0, "", **fields)


@pytest.mark.parametrize(
    ("given", "words", "seconds"),
    [
        (state(0), "It is scaled to 0 replicas: start one with `dcf function scale f 1`.", 10),
        (state(2), "Of 2 wanted replicas none is ready yet.", 1),
        (
            state(2, revision=1, last_exit=ENDED),
            "none is ready yet. Its last replica: killed by signal 9 (SIGKILL).",
            1,
        ),
        (state(1, rollout=FAILED), "could not be started: `dcf function history f`", 10),
    ],
    ids=["zero", "starting", "ended", "failed"],
)
def test_the_reason_and_when_to_come_again(given, words, seconds):
    fault = not_ready(given)
    assert fault.message.startswith("No endpoints available for: f. ")
    assert words in fault.message
    assert "last line" not in fault.message
    assert fault.retry_after == seconds
    assert is_hopeless(given) == (given.rollout == FAILED)
