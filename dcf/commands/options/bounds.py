"""The flags of `dcf gateway start` that bound what callers may take; one a row of the table."""

from collections.abc import Callable
from typing import Any

import click

from ...gateway.bounds import TABLE, Bounds
from .numbers import Whole

_Command = Callable[..., Any]


def bounds_options(command: _Command) -> _Command:
    """Add them all; the command is given each as a keyword argument."""
    usual = Bounds()
    for row in reversed(TABLE):
        command = click.option(
            row.flag,
            row.field,
            envvar=row.variable,
            type=Whole(row.low, row.high),
            default=getattr(usual, row.field),
            show_default=True,
            help=row.help,
        )(command)
    return command
