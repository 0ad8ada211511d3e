"""A group of verbs: what is imported when, and how a failure is written and ends."""

import contextlib
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from dcf.errors import NotFound
from dcf.lazy_group import LazyGroup, Verb
from tests.terminal import Terminal

HERE = __name__


def fail(fault):
    raise fault


group = LazyGroup(
    "tool",
    verbs={
        "lost": Verb(f"{HERE}:lost", "Lose it.", ("gone",)),
        "stopped": Verb(f"{HERE}:stopped", "Stop."),
        "below": Verb(f"{HERE}:below", "More."),
        "far": Verb("tests.dcf.no_such_module:far", "Never imported."),
    },
)
below = LazyGroup("below", verbs={"deep": Verb(f"{HERE}:lost", "Deep.")})
lost = click.Command("lost", callback=lambda: fail(NotFound("it is \x1b[2J gone")))
stopped = click.Command("stopped", callback=lambda: fail(KeyboardInterrupt()))


def run(*words):
    return CliRunner().invoke(group, words, prog_name="tool")


@pytest.mark.parametrize("name", ["lost", "gone"])
def test_our_own_failure_is_one_line_and_its_status(name):
    done = run(name)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: it is \x1b[2J gone\n"


def test_ctrl_c_has_the_status_that_shells_give_it():
    assert run("stopped").exit_code == 130


def test_help_names_every_verb_and_imports_none():
    done = run("--help")
    assert done.exit_code == 0
    assert "lost, gone  Lose it." in done.stdout
    assert "Never imported." in done.stdout


def test_a_verb_of_a_group_below_is_found_and_nothing_imported_for_it():
    assert run("deep").stderr.endswith("Did you mean `tool below deep`?\n")
    assert run("lots").stderr.endswith("Did you mean `tool lost`?\n")
    assert run("fra").stderr.endswith("Did you mean `tool far`?\n")


@pytest.mark.parametrize("words", ["dcf \x1b[2J", "dcf function list --\x1b[2J"])
def test_what_was_typed_does_not_steer_the_terminal(words):
    command = [sys.executable, "-m", *words.split(" ")]
    with contextlib.closing(Terminal()) as terminal:
        subprocess.run(
            command, stderr=terminal.theirs, stdout=subprocess.PIPE, timeout=60, check=False
        )
    assert terminal.text
    assert "\x1b[2J" not in terminal.text
