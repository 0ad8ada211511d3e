"""Each reason that this room gives has its kind."""

import re
import signal
from pathlib import Path

import pytest

from dcf.providers.exit_reason import BY_GATEWAY, exit_cause, exit_reason
from dcf.providers.notices import ENDS
from dcf.providers.process import replica
from dcf.providers.restart_kind import restart_kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [(0, "exit"), (7, "exit"), (None, "exit"), (-signal.SIGKILL, "signal"), (-64, "signal")],
)
@pytest.mark.parametrize("was_ready", [False, True])
def test_ends_of_a_process(code, kind, was_ready):
    for lines in ([], ["killed by signal 9"], ["watcher: it used all it had"]):
        assert restart_kind(exit_reason(lines, code, was_ready=was_ready)) == kind


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("it used 20 MiB, over its memory limit of 10 MiB: raise limits.memory", "memory"),
        ("not ready within 5 s: raise LOAD_TIMEOUT", "load_timeout"),
        ("unhealthy 3 times in a row", "unhealthy"),
        ("the process cannot be started: No such file", "not_started"),
        ("anything else", "exit"),
    ],
)
def test_our_own_reasons(reason, kind):
    assert restart_kind(reason) == restart_kind(BY_GATEWAY + reason) == kind
    assert kind in ENDS


def test_one_that_the_kernel_ended_for_memory_is_of_that_kind():
    assert restart_kind(exit_cause(-signal.SIGKILL, oom_kills=2)) == "memory"
    assert restart_kind(exit_cause(-signal.SIGKILL, oom_kills=0)) == "signal"


def test_these_words_are_the_replicas():
    words = Path(replica.__file__).read_text()
    for start in (
        "it used {",
        "not ready within {",
        "unhealthy {",
        "the process cannot be started:",
    ):
        assert re.search(rf'f"{re.escape(start)}', words), start
