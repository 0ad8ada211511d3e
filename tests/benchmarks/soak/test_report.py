"""The table at the end, and whether everything in it is as it should be."""

import time

from benchmarks.soak.ledger import ANSWERED, BUSY, Ledger, Lost
from benchmarks.soak.readings import Growth
from benchmarks.soak.report import Report, table


def report(ledger=None, grown=(), callbacks=(0, 0, 0), faults=()):
    return Report(1.0, ledger or Ledger(), tuple(grown), {}, callbacks, tuple(faults))


def test_answers_and_refusals_for_want_of_room_are_none():
    ledger = Ledger()
    ledger.note("echo", ANSWERED)
    ledger.note("echo", BUSY)
    assert (report(ledger).losses, ledger.total, report(ledger).holds) == (0, 2, True)


def test_a_callback_that_never_came_is_a_loss():
    assert report(callbacks=(5, 5, 2)).holds
    assert (report(callbacks=(5, 4, 0)).losses, report(callbacks=(5, 4, 0)).holds) == (1, False)


def test_what_else_was_wrong_is_in_the_table():
    found = report(faults=["the gateway's end: status 1, 2 processes left"])
    assert not found.holds
    assert "wrong: the gateway's end: status 1, 2 processes left" in table(found)


def test_a_loss_and_growth_beyond_its_bound_are_in_the_table():
    ledger = Ledger()
    ledger.failed("kind", "ssd", time.monotonic(), Lost("500"))
    found = report(ledger, [Growth("gateway: memory", "MB", 1, 50, 60, 40)])
    assert (found.losses, found.holds) == (1, False)
    assert "lost: kind: 500" in table(found)
    assert "NO" in table(found)
