"""What the soak calls a loss, and what it does not."""

import time

import pytest

from benchmarks.soak.ledger import KILLED, LOST, BrokeOff, Ledger, Lost


def test_a_call_that_broke_off_in_a_killed_process_is_no_loss():
    ledger, began = Ledger(), time.monotonic()
    with ledger.killing("echo"):
        pass
    ledger.failed("echo", "echo", began, BrokeOff("502"))
    assert (ledger.of(KILLED), ledger.of(LOST)) == (1, 0)


@pytest.mark.parametrize(
    ("function", "fault", "later"),
    [
        pytest.param("ssd", BrokeOff("502"), 0.0, id="another function's process"),
        pytest.param("echo", Lost("500"), 0.0, id="an answer that no killed process gives"),
        pytest.param("echo", BrokeOff("502"), 1.0, id="begun after the kill"),
    ],
)
def test_any_other_is_a_loss(function, fault, later):
    ledger = Ledger()
    with ledger.killing("echo"):
        began = time.monotonic()
    ledger.failed("kind", function, began + later, fault)
    assert (ledger.of(KILLED), ledger.of(LOST)) == (0, 1)
    assert ledger.reported == [f"kind: {fault}"]


def test_a_call_that_ended_before_the_kill_was_not_in_it():
    ledger, began = Ledger(), time.monotonic()
    ledger.failed("echo", "echo", began, BrokeOff("502"))
    with ledger.killing("echo"):
        pass
    assert ledger.of(LOST) == 1
