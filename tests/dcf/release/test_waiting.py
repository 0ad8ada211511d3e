"""Waiting for a rollout, against a gateway that says one thing after the other."""

import pytest

from dcf.errors import NotFound, RolloutFailed
from dcf.release import waiting
from dcf.release.waiting import wait_for_calls, wait_for_rollout

DESCRIBE = "GET /system/function/echo"


def says(stand_in, *answers):
    stand_in.table[DESCRIBE] = [(200, each) for each in answers]


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch):
    """Pauses are counted and not made."""
    paused = []
    monkeypatch.setattr(waiting.time, "sleep", paused.append)
    return paused


def test_the_newest_revision_is_waited_for_and_not_any_that_takes_calls(client, stand_in, told):
    says(stand_in, told(1, rollout="progressing"), told(0), told(1, rollout="ready"))
    assert wait_for_rollout(client, "echo").annotations == {"dcf.rollout": "ready"}
    assert len(stand_in.asked) == 3


def test_where_rollouts_are_not_told_a_replica_that_is_ready_is_enough(client, stand_in, told):
    says(stand_in, told(0), told(1))
    assert wait_for_rollout(client, "echo").available == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"rollout": "failed", "reason": "why"}, "function echo cannot become ready: why"),
        ({"rollout": "failed"}, "function echo cannot become ready: no reason given"),
        (
            {"available": 1, "rollout": "failed", "reason": "why"},
            "function echo cannot become ready: why; the revision before it still serves",
        ),
    ],
)
def test_a_rollout_that_failed_is_told_with_its_reason(client, stand_in, told, answer, words):
    says(stand_in, told(rollout="progressing"), told(**answer))
    with pytest.raises(RolloutFailed) as caught:
        wait_for_rollout(client, "echo")
    assert caught.value.message == words


def test_any_revision_that_takes_calls_is_enough_for_calls(client, stand_in, told):
    says(stand_in, told(0, rollout="progressing"), told(1, rollout="failed"))
    assert wait_for_calls(client, "echo", 10).available == 1
    says(stand_in, told(0, rollout="failed", reason="why"))
    with pytest.raises(RolloutFailed, match="why"):
        wait_for_calls(client, "echo", 10)


def test_it_is_not_waited_for_without_an_end(client, stand_in, told):
    says(stand_in, told(0, rollout="progressing"))
    with pytest.raises(RolloutFailed) as caught:
        wait_for_calls(client, "echo", 0)
    assert caught.value.message == (
        "function echo is not ready after 0 s: see `dcf function log echo`"
    )


def test_pauses_grow_and_only_so_far(client, stand_in, told, in_no_time):
    says(stand_in, *[told(0, rollout="progressing")] * 40, told(1, rollout="ready"))
    wait_for_rollout(client, "echo")
    assert len(in_no_time) == 40
    assert in_no_time[0] == 0.05
    assert in_no_time == sorted(in_no_time)
    assert in_no_time[-1] == 1.0


@pytest.mark.parametrize("fails", [False, True])
def test_what_is_done_meanwhile_is_done_at_the_end_whatever_comes(client, stand_in, told, fails):
    done = []
    end = told(rollout="failed") if fails else told(1, rollout="ready")
    says(stand_in, *[told(rollout="progressing")] * 12, end)
    try:
        wait_for_rollout(client, "echo", lambda: done.append(len(stand_in.asked)))
    except RolloutFailed:
        assert fails
    assert done[-1] == 13
    assert len(done) > 2
    assert done[0] > 5  # a quick start is not narrated


def test_a_function_that_goes_meanwhile_is_told(client, stand_in, told):
    stand_in.table[DESCRIBE] = [(200, told(0, rollout="progressing")), (404, b"gone")]
    with pytest.raises(NotFound, match="gone"):
        wait_for_rollout(client, "echo")


def test_who_waits_is_told_of_the_new_revisions_replicas(client, stand_in, told, monkeypatch):
    """Two old ones serve while it hangs: they are none of its own."""
    lines = []

    class Line:
        def __init__(self, doing):
            lines.append(doing)

        def __enter__(self):
            return self

        def __exit__(self, *_end):
            pass

        def __setattr__(self, _name, doing):
            lines.append(doing)

    monkeypatch.setattr(waiting, "WaitingLine", Line)
    newest = {"rollout": "progressing", "revision": "1", "rollout-revision": "2"}
    newest |= {"rollout-replicas": "2"}
    says(stand_in, told(2, 2, **newest), told(2, 2, rollout="ready"), told(0, 1), told(1, 1))
    wait_for_rollout(client, "echo")
    assert lines[-1] == "echo: revision 2: 0 of 2 ready; revision 1 still serves"
    wait_for_rollout(client, "echo")
    assert lines[-1] == "echo: 0 of 1 ready"  # of a gateway that tells no rollouts


def test_ctrl_c_while_it_waits_says_that_the_gateway_goes_on(
    client, stand_in, told, monkeypatch, capsys
):
    def press(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting.time, "sleep", press)
    says(stand_in, told(0, rollout="progressing"))
    with pytest.raises(KeyboardInterrupt):
        wait_for_rollout(client, "echo")
    assert "Interrupted: the gateway goes on with echo." in capsys.readouterr().err
