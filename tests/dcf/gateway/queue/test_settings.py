"""The queue's settings: all are read, a wrong one stops the start."""

from pathlib import Path

import pytest

from dcf.errors import CannotStart
from dcf.gateway.queue.settings import ALLOW_CALLBACKS, TABLE, Limits, queue_settings

HOME = Path("/somewhere")


def test_defaults_are_allowed_values():
    read = queue_settings(HOME, {})
    assert (read.folder, read.limits, read.allowed_hosts) == (HOME / "queue", Limits(), frozenset())
    for _, name, low, high in TABLE:
        assert low <= getattr(read.limits, name) <= high


@pytest.mark.parametrize(("key", "name", "low", "high"), TABLE, ids=[row[0] for row in TABLE])
def test_every_setting_is_read_and_bounded(key, name, low, high):
    for value in (low, high):
        assert getattr(queue_settings(HOME, {key: str(value)}).limits, name) == value
    for wrong in (str(low - 1), str(high + 1), "many", "nan"):
        with pytest.raises(CannotStart, match=f"{key} must be a number from {low} to {high}"):
            queue_settings(HOME, {key: wrong})


def test_hosts_of_the_command_line_win_over_the_environment():
    environ = {"DCF_ALLOW_CALLBACKS": " Printer.Local, 10.0.0.7,"}
    assert queue_settings(HOME, environ).allowed_hosts == {"printer.local", "10.0.0.7"}
    assert queue_settings(HOME, environ, ["One"]).allowed_hosts == {"one"}


def test_every_setting_has_its_row_in_the_docs():
    page = (Path(__file__).parents[4] / "docs" / "configuration.md").read_text()
    for key, name, low, high in TABLE:
        assert f"| `{key}` | {getattr(Limits(), name)} | {low} to {high} |" in page
    assert f"| `{ALLOW_CALLBACKS}` |" in page
