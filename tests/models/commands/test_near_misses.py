"""Verbs and flags that are not there: the real command names those that may be meant."""

import contextlib
import subprocess
import sys
from pathlib import Path

import click
import pytest

from models.commands.__main__ import cli
from models.commands.near_misses import _OTHERS
from tests.terminal import Terminal

SSD = Path(sys.executable).with_name("ssd")
LATER = {"predict"}  # taken where it is a verb


def said(*arguments):
    """The last line that the command writes of a wrong line."""
    done = subprocess.run(
        [SSD, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("detcet x", "command 'detcet'. Did you mean `ssd detect`?"),
        ("eval", "command 'eval'. Did you mean `ssd evaluate`?"),
        ("tune", "command 'tune'. Did you mean `ssd search`?"),
        ("rebiuld", "command 'rebiuld'. Did you mean `ssd rebuild`?"),
        ("check goldn x", "command 'goldn'. Did you mean `ssd check golden`?"),
        ("qqqq", "command 'qqqq': see `ssd --help`."),
        ("import qqqq", "command 'qqqq': see `ssd import --help`."),
        ("detect --model x", "option '--model'. Did you mean `--bundle`?"),
        ("detect --conf 0.3 x", "option '--conf'. Did you mean `--threshold`?"),
        ("detect --treshold 0.3 x", "option '--treshold'. Did you mean `--threshold`?"),
        ("detect --save x", "option '--save'. Did you mean `--draw`?"),
        ("detect -o x", "option '-o'. Did you mean `--draw`?"),
        ("detect --qqqq x", "option '--qqqq': see `ssd detect --help`."),
        ("evaluate --gt x", "option '--gt'. Did you mean `--annotations`?"),
        ("--verison", "option '--verison'. Did you mean `--version`?"),
    ],
)
def test_what_is_meant_is_named(line, words):
    assert said(*line.split()) == f"Error: No such {words}"


@pytest.mark.parametrize("words", [["\x1b[2J"], ["detect", "--\x1b[2J"], ["--\x1b[2J"]], ids=str)
def test_what_was_typed_does_not_steer_the_terminal(words):
    with contextlib.closing(Terminal()) as terminal:
        subprocess.run([SSD, *words], stderr=terminal.theirs, timeout=60, check=False)
    assert terminal.text
    assert "\x1b[2J" not in terminal.text


def every(group):
    """The names of all verbs below a group, and the flags of all."""
    for name in group.list_commands(None):
        verb = group.get_command(click.Context(group), name)
        yield name
        yield from (flag for each in verb.params for flag in each.opts)
        if isinstance(verb, click.Group):
            yield from every(verb)


def test_every_answer_of_the_table_is_there():
    assert {meant for row in _OTHERS.values() for meant in row} - LATER <= set(every(cli))


def test_a_long_word_is_cut():
    assert len(said("x" * 10_000)) < 200


def test_only_an_error_looks_for_near_words():
    code = (
        "import sys; sys.argv[1:] = ['detect', '--help']\n"
        "from models.commands.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not {'difflib', 'models.commands.near_misses'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True, stdout=subprocess.PIPE)
