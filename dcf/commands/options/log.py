"""The flags of `dcf gateway start` for its log, named as the watcher's settings are."""

import sys
from collections.abc import Callable
from typing import Any

import click

from ...gateway.telemetry.lines import FORMATS, LEVELS
from ...gateway.telemetry.log import Log, start_log

_Command = Callable[..., Any]


def log_options(command: _Command) -> _Command:
    """Add both; the command is given `log_format` and `log_level`."""
    for name, usual, allowed, words in (
        ("level", "info", LEVELS, "Least level of log lines on stderr; debug has every call."),
        ("format", "text", FORMATS, "How log lines look."),
    ):
        command = click.option(
            f"--log-{name}",
            envvar=f"DCF_LOG_{name.upper()}",
            type=click.Choice(allowed),
            default=usual,
            show_default=True,
            help=words,
        )(command)
    return command


def log_to_stderr(log_format: str, log_level: str) -> Log | None:
    """The log of this process from now on; None without a stderr."""
    return start_log(sys.stderr.fileno(), log_format, log_level) if sys.stderr else None
