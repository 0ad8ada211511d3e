"""Numbers outside their bounds: one line says what came and what is allowed, by the command."""

import os
import subprocess
import sys

import pytest

from dcf.cli import cli
from dcf.commands.options.numbers import Number, Whole
from tests.help_examples import every_verb
from tests.waiting import without_waiting

NUMBERS = {"integer", "float", "integer range", "float range"}
COMMAND = {"dcf": "dcf", "ssd": "models.commands"}
WHOLE, ANY = "must be a whole number", "must be a number"


def said(line, **environ):
    """The last line that the command writes."""
    name, *words = line.split()
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DCF_")}
    done = subprocess.run(
        [sys.executable, "-m", COMMAND[name], *words],
        capture_output=True, text=True, timeout=60, check=False, env={**clean, **environ},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dcf function scale f x", f"REPLICAS {WHOLE} of 0 or more, got x"),
        ("dcf function scale f -- -1", f"REPLICAS {WHOLE} of 0 or more, got -1"),
        ("dcf function scale f 1.5", f"REPLICAS {WHOLE} of 0 or more, got 1.5"),
        ("dcf function create -f c --min -1", f"--min {WHOLE} of 0 or more, got -1"),
        ("dcf function create -f c --max 0", f"--max {WHOLE} of 1 or more, got 0"),
        ("dcf function rollback f 0", f"REVISION {WHOLE} of 1 or more, got 0"),
        ("dcf function log f --lines -2", f"--tail {WHOLE} of -1 or more, got -2"),
        ("dcf function ready f --timeout nan", f"--timeout {ANY} of 0 or more, got nan"),
        ("dcf function ready f --timeout inf", f"--timeout {ANY} of 0 or more, got inf"),
        ("dcf function ready f --timeout -0.1", f"--timeout {ANY} of 0 or more, got -0.1"),
        ("dcf function run --port 65536", f"--port {WHOLE} from 0 to 65535, got 65536"),
        ("dcf gateway start --port -1", f"--port {WHOLE} from 0 to 65535, got -1"),
        ("dcf gateway start --grpc-port http", f"--grpc-port {WHOLE} from 0 to 65535, got http"),
        (
            "dcf gateway start --min-ready-seconds 3601",
            f"--min-ready-seconds {ANY} from 0 to 3600, got 3601",
        ),
        ("dcf gateway start --head-timeout 0", f"--head-timeout {WHOLE} from 1 to 86400, got 0"),
    ],
)
def test_what_came_and_what_is_allowed(line, words):
    assert said(line) == f"Error: {words}"


def test_a_variable_is_named_where_the_number_came_from_one():
    words = f"DCF_PORT (--port) {WHOLE} from 0 to 65535, got none"
    assert said("dcf gateway start", DCF_PORT="none") == f"Error: {words}"


def test_a_long_number_is_cut():
    assert len(said("dcf function scale f 1" + "0" * 10_000)) < 200


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_more_replicas_than_a_gateway_keeps_is_said_in_words(echo_gateway, wire):
    gateway = getattr(echo_gateway, wire)
    done = echo_gateway.dcf("scale", "echo", "1000", gateway=gateway)
    (line,) = without_waiting(done.stderr.decode()).splitlines()
    assert (done.returncode, done.stdout) == (1, b"")
    assert "replicas must be" in line
    assert line.endswith(" 32, got 1000")


def test_a_revision_that_no_history_reaches_is_said_in_words(echo_gateway):
    done = echo_gateway.dcf("rollback", "echo", "9" * 20)
    (line,) = without_waiting(done.stderr.decode()).splitlines()
    assert done.returncode == 1
    assert line.endswith("revision must be at most 2147483648, got " + "9" * 20)


def test_every_number_of_every_verb_is_one_of_these():
    for words, verb in every_verb(cli, "dcf"):
        for param in verb.params:
            own = isinstance(param.type, (Whole, Number))
            assert own or param.type.name not in NUMBERS, (
                f"{words} {param.name}: type it as Whole or Number of options/numbers.py"
            )
