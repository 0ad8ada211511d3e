"""What becomes of an item after an attempt, whatever the attempt came to."""

from dataclasses import replace

import pytest

from dcf.gateway.queue.records import CALL, CALLBACK, NOTICE, Again, Body, Done, Failed, Item
from dcf.gateway.queue.settings import Limits
from dcf.gateway.queue.settlement import (
    LONGEST_PAUSE,
    Finished,
    Listed,
    Postponed,
    settlement_of,
)

LIMITS = Limits(attempts=3, retry_seconds=2.0)
ITEM = Item(1, CALL, "id", "f", "/", "http://a/", (("X", "1"),), Body(4, b"body", "file"), 0.0)


def after(outcome, item=ITEM, spread=1.0, limits=LIMITS):
    return settlement_of(item, outcome, limits, spread)


def test_done_forgets_the_item_and_keeps_its_answer():
    answer = replace(ITEM, kind=CALLBACK)
    tried = replace(ITEM, attempts=2, status=503, reason="later")
    done = after(Done(answer), tried)
    assert isinstance(done, Finished)
    assert done.following is answer
    assert (done.item.status, done.item.reason) == (0, "")  # or its old reason would be told


@pytest.mark.parametrize(
    ("attempts", "spread", "asked", "pause"),
    [
        (0, 1.0, 0, 2.0), (0, 0.5, 0, 1.0), (1, 1.0, 0, 4.0), (5, 1.0, 0, 64.0),
        (8, 1.0, 0, LONGEST_PAUSE), (8, 0.5, 0, LONGEST_PAUSE / 2), (5000, 1.0, 0, LONGEST_PAUSE),
        (0, 0.5, 7, 7.0), (0, 1.0, 1, 2.0), (0, 1.0, 3600, 3600.0),
    ],
)  # fmt: skip
def test_pauses_double_are_spread_and_never_shorter_than_was_asked_for(
    attempts, spread, asked, pause
):
    limits = replace(LIMITS, attempts=10_000)
    settled = after(Again(503, "later", asked), replace(ITEM, attempts=attempts), spread, limits)
    assert isinstance(settled, Postponed)
    assert settled.pause == pause
    assert (settled.item.attempts, settled.item.status) == (attempts + 1, 503)


@pytest.mark.parametrize(("attempts", "goes_on"), [(0, True), (1, True), (2, False), (3, False)])
def test_the_last_attempt_is_the_last(attempts, goes_on):
    settled = after(Again(503, "later"), replace(ITEM, attempts=attempts))
    assert isinstance(settled, Postponed if goes_on else Listed)
    assert settled.item.attempts == attempts + 1


def test_what_failed_for_good_is_listed_without_counting_an_attempt():
    settled = after(Failed(404, "gone"), replace(ITEM, attempts=1))
    assert isinstance(settled, Listed)
    assert (settled.item.attempts, settled.item.status, settled.item.reason) == (1, 404, "gone")


@pytest.mark.parametrize(
    ("item", "status", "told"),
    [
        (ITEM, 404, "404"),
        (ITEM, 0, "503"),
        (replace(ITEM, callback=""), 404, None),
        (replace(ITEM, kind=CALLBACK), 404, None),
    ],
    ids=["call", "nobody-answered", "nobody-to-tell", "callback"],
)
def test_a_failed_call_is_told_of_once_where_somebody_asked_to_be_told(item, status, told):
    settled = after(Failed(status, "no"), item)
    if told is None:
        assert settled.following is None
        return
    notice = settled.following
    assert (notice.kind, notice.target, notice.body) == (NOTICE, "http://a/", Body())
    assert dict(notice.headers)["X-Function-Status"] == told


def test_a_notice_that_cannot_be_posted_is_not_listed():
    settled = after(Failed(404, "no"), replace(ITEM, kind=NOTICE))
    assert settled == Finished(settled.item)
    assert settled.item.reason == "no"


@pytest.mark.parametrize("outcome", [Done(), Again(1, "x"), Failed(1, "x")], ids=str)
def test_a_settlement_has_no_bytes_but_knows_where_they_are(outcome):
    """It may wait in memory until a disk has room again."""
    assert after(outcome).item.body == Body(4, None, "file")


def test_a_reason_that_no_disk_would_take_is_made_writable():
    assert after(Failed(500, "half \ud800 of one")).item.reason == "half ? of one"
