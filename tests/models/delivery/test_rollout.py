"""Waiting for a revision, from what a gateway tells step by step."""

import pytest

from models.delivery.connection import Connection
from models.delivery.errors import RolloutFailed
from models.delivery.function import Function
from models.delivery.rollout import wait_for

STATE, HISTORY = "GET /system/function/ssd", "GET /system/function/ssd/history"
OLD = {"revision": 1, "rollout": "ready", "serving": True, "annotations": {"dcf.model": "digits-1"}}


def new(rollout, **more):
    return {"revision": 2, "rollout": rollout, **more}


@pytest.fixture
def waited(stand_in):
    """Waits for revision 2 of a function whose gateway says these things in turn."""

    def wait(states, histories, **more):
        stand_in.table[STATE] = [(200, {"rolloutReason": each}) for each in states]
        stand_in.table[HISTORY] = [(200, each) for each in histories]
        told = []
        function = Function(Connection(stand_in.address), "ssd")
        return wait_for(function, 2, told.append, **more), told

    return wait


def test_each_step_is_told_once_until_it_serves(waited):
    under_way, there = [new("progressing"), OLD], [new("ready", serving=True), OLD]
    revision, told = waited(
        ["preparing", "preparing", "", "starting", ""], [*[under_way] * 4, there]
    )
    assert (revision.number, revision.serving) == (2, True)
    assert told == ["preparing", "starting"]


def test_a_shadow_ends_without_serving(waited):
    revision, _ = waited([""], [[new("ended", reason="99 % agree"), OLD]])
    assert (revision.serving, revision.reason) == (False, "99 % agree")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([new("failed", reason="no weights"), OLD],
         "revision 2 cannot serve: no weights; revision 1, digits-1, still serves"),
        ([new("failed")], "revision 2 cannot serve: no reason given; nothing serves yet"),
        ([{"revision": 3, "serving": True}, new("ready"), OLD | {"serving": False}],
         "revision 2 was replaced by another: revision 3 still serves"),
        ([OLD], "revision 2 was replaced by another"),
    ],
)  # fmt: skip
def test_why_it_never_will_and_what_serves(waited, rows, said):
    with pytest.raises(RolloutFailed, match=said):
        waited([""], [rows])


def test_patience_ends(waited, monkeypatch):
    monkeypatch.setattr("models.delivery.rollout._LONGEST_S", 0.2)
    with pytest.raises(RolloutFailed, match=r"is not ready after 0.3 s: see `dcf function log ssd"):
        waited([""], [[new("progressing"), OLD]], trial=0.1)
