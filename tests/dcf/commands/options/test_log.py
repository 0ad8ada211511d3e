"""The flags of the log, and a process without a stderr."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from dcf.commands.options.log import log_options


@pytest.fixture
def taken():
    """`taken(*flags, **environ)` is what a command with the flags is given, or its exit status."""

    def run(*flags, **environ):
        got = {}

        @click.command()
        @log_options
        def command(**given):
            got.update(given)

        done = CliRunner(env=environ).invoke(command, flags)
        return got or done.exit_code

    return run


def test_flags_come_before_the_environment_and_both_before_the_usual(taken):
    assert taken() == {"log_format": "text", "log_level": "info"}
    environ = {"DCF_LOG_FORMAT": "json", "DCF_LOG_LEVEL": "error"}
    assert taken(**environ) == {"log_format": "json", "log_level": "error"}
    assert taken("--log-level", "debug", **environ) == {"log_format": "json", "log_level": "debug"}


@pytest.mark.parametrize("flags", [("--log-format", "xml"), ("--log-level", "loud")])
def test_anything_else_is_refused(taken, flags):
    assert taken(*flags) == 2


def test_without_a_stderr_there_is_no_log():
    code = "from dcf.commands.options.log import log_to_stderr as l; print(l('text', 'info'))"
    command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "None\n"
