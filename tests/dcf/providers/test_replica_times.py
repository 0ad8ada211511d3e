"""How long a replica may take is read as its watcher reads it."""

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.replica_times import (
    ReplicaTimes,
    check_settings,
    concurrency_of,
    room_of,
    times_of,
)

DAY = 86_400.0


@pytest.mark.parametrize(
    ("env", "times"),
    [
        ({}, ReplicaTimes(120.0, 30.0, 30.0)),
        ({"EXEC_TIMEOUT": "2m", "LOAD_TIMEOUT": "5"}, ReplicaTimes(5.0, 120.0, 120.0)),
        ({"EXEC_TIMEOUT": "0"}, ReplicaTimes(120.0, DAY, DAY)),
        ({"exec_timeout": "90s", "SHUTDOWN_TIMEOUT": "1"}, ReplicaTimes(120.0, 90.0, 1.0)),
    ],
)
def test_calls_that_run_may_be_finished_unless_it_says_otherwise(env, times):
    assert times_of(env) == times


@pytest.mark.parametrize(("call", "give_up"), [(1.0, 60.0), (58.0, 63.0), (DAY, DAY + 5)])
def test_a_gateway_gives_up_after_the_watcher_would(call, give_up):
    assert ReplicaTimes(1.0, call, 1.0).give_up == give_up


def test_room_is_what_is_set_or_follows_from_the_calls_at_once():
    assert room_of({"MAX_INFLIGHT": "3"}, 2) == 3
    assert room_of({}, 2) == 16
    assert room_of({}, concurrency_of({})) == 0
    assert concurrency_of({"CONCURRENCY": "4"}) == 4


def test_a_setting_that_the_watcher_would_refuse_is_refused_in_its_words():
    with pytest.raises(InvalidRequest, match=r"EXEC_TIMEOUT is 'soon'; it must be .*seconds"):
        times_of({"EXEC_TIMEOUT": "soon"})
    for read in (concurrency_of, lambda env: room_of(env, 1)):
        with pytest.raises(InvalidRequest, match="it must be a number"):
            read({"CONCURRENCY": "-1", "MAX_INFLIGHT": "-1"})
    with pytest.raises(InvalidRequest, match="PORT is 'http'"):
        check_settings({"PORT": "http"}, ())
    check_settings({"PORT": "http"}, ("PORT",))
