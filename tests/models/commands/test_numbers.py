"""Numbers outside their bounds: one line says what came and what is allowed, by the command."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from models.commands.__main__ import cli
from models.commands.numbers import Number, Whole
from tests.help_examples import every_verb

SSD = Path(sys.executable).with_name("ssd")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("detect {0} --threshold 3", "--threshold must be a number from 0 to 1, got 3"),
        ("detect {0} --threshold nan", "--threshold must be a number from 0 to 1, got nan"),
        ("detect {0} --threshold half", "--threshold must be a number from 0 to 1, got half"),
        (
            "evaluate --images . --annotations {0} --samples 3",
            "--samples must be a whole number from 20 to 100000, got 3",
        ),
        ("check golden {0} --seed -1", "--seed must be a whole number of 0 or more, got -1"),
    ],
)
def test_what_came_and_what_is_allowed(line, words):
    done = subprocess.run(
        [SSD, *line.format(__file__).split()],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"Error: {words}"


@pytest.mark.parametrize(
    ("words", "given", "environ", "said"),
    [
        (["5"], 5, {}, ""),
        (["x"], None, {}, "COUNT must be a whole number from 1 to 9, got x"),
        (["5", "--share", "0.5"], 0.5, {}, ""),
        (["5"], None, {"SHARE": "2"}, "SHARE (--share) must be a number of -1 or more, got"),
    ],
)
def test_arguments_and_variables_are_named_too(words, given, environ, said):
    @click.command()
    @click.argument("count", type=Whole(1, 9))
    @click.option("-s", "--share", type=Number(-1), envvar="SHARE")
    def verb(count, share):
        print(share or count)

    environ = {"SHARE": "much"} if environ else {}
    done = CliRunner(env=environ).invoke(verb, words)
    assert said in done.output
    assert done.output.strip() == str(given) if given else done.exit_code == 2


def test_every_number_of_every_verb_is_one_of_these():
    numbers = {"integer", "float", "integer range", "float range"}
    for words, verb in every_verb(cli, "ssd"):
        for param in verb.params:
            own = isinstance(param.type, (Whole, Number))
            assert own or param.type.name not in numbers, (
                f"{words} {param.name}: type it as Whole or Number of models/commands/numbers.py"
            )
