"""The flags that bound what callers may take: one a row, each in its place."""

import click
import pytest
from click.testing import CliRunner

from dcf.commands.options.bounds import bounds_options
from dcf.gateway.bounds import TABLE, Bounds


@pytest.fixture
def taken():
    """`taken(*flags, **environ)` is what a command with the flags is given, or its exit status."""

    def run(*flags, **environ):
        got = {}

        @click.command()
        @bounds_options
        def command(**bounds):
            got.update(bounds)

        done = CliRunner(env=environ).invoke(command, flags)
        return got or done.exit_code

    return run


def test_without_flags_they_are_the_usual_ones(taken):
    assert Bounds(**taken()) == Bounds()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.flag)
def test_each_flag_and_each_variable_sets_its_own_within_its_range(taken, row):
    usual = taken()
    for value in (row.low, row.high):
        assert taken(row.flag, str(value)) == {**usual, row.field: value}
        assert taken(**{row.variable: str(value)}) == {**usual, row.field: value}
    assert taken(row.flag, str(row.low), **{row.variable: str(row.high)})[row.field] == row.low
    for value in (row.low - 1, row.high + 1, "many"):
        assert taken(row.flag, str(value)) == 2


def test_help_lists_them_in_the_tables_order():
    command = click.command()(bounds_options(lambda **_: None))
    flags = [option.opts[0] for option in command.params]
    assert flags == [row.flag for row in TABLE]
