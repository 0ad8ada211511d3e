"""A function's settings as platforms are told of them: the watcher's reading, and no other."""

import pytest

from dcf.errors import ConfigError
from dcf.export.serving import Serving, drained, environment_of, serving_of


@pytest.mark.parametrize(
    ("entry", "inflight"),
    [
        ({}, 8),
        ({"environment": {"CONCURRENCY": "3"}}, 24),
        ({"environment": {"concurrency": "3"}}, 24),
        ({"environment": {"CONCURRENCY": "0"}, "limits": {"cpu": "2500m"}}, 24),
        ({"limits": {"cpu": "100m"}}, 8),
        ({"environment": {"MAX_INFLIGHT": "5", "CONCURRENCY": "3"}}, 5),
    ],
)
def test_as_many_calls_as_the_watcher_would_take(function, entry, inflight):
    assert serving_of(function(**entry)).max_inflight == inflight


def test_times_and_port_are_read_in_every_spelling(function):
    given = {"PORT": "9000", "exec_timeout": "1m30s", "LOAD_TIMEOUT": "0.5", "MAX_INFLIGHT": "1"}
    assert serving_of(function(environment=given)) == Serving(9000, 1, 90.0, 0.5)


@pytest.mark.parametrize("name", ["PORT", "MAX_INFLIGHT", "CONCURRENCY", "EXEC_TIMEOUT"])
def test_a_setting_that_cannot_be_read_has_its_place_in_the_file(function, name):
    with pytest.raises(
        ConfigError, match=rf"^functions\.fn\.environment\.{name} is 'many'; it must"
    ):
        serving_of(function(environment={name: "many"}))


def test_it_serves_whatever_its_environment_says(function):
    given = {"A": "1", "batch": "true", "PORT": "1", "B": "2"}
    found = environment_of(function(environment=given), ("PORT",), B="3", C="4")
    assert found == {"A": "1", "BATCH": "false", "B": "3", "C": "4"}


@pytest.mark.parametrize(
    ("environment", "delay"),
    [
        ({}, "5s"),
        ({"DRAIN_DELAY": ""}, "5s"),  # as the watcher reads it: not set
        ({"DRAIN_DELAY": "0"}, "0"),
        ({"drain_delay": "9s"}, None),
        ({"healthcheck_interval": "9s"}, None),
    ],
)
def test_callers_get_time_to_notice_unless_the_function_says_how_much(environment, delay):
    assert drained(environment).get("DRAIN_DELAY") == delay
