"""`ssd` itself: its verbs, listed without a cost, and its end in one line."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from models.commands.__main__ import VERBS, cli

SSD = Path(sys.executable).with_name("ssd")


def ssd(*arguments, **more):
    return subprocess.run(
        [SSD, *arguments], capture_output=True, text=True, timeout=60, check=False, **more
    )


def test_help_lists_every_verb():
    done = ssd("--help")
    assert done.returncode == 0
    for verb, what in VERBS.items():
        assert f"{verb} " in done.stdout
        assert what.split()[0] in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_a_command_of_its_name(verb):
    command = cli.get_command(click.Context(cli), verb)
    assert command.name == verb


def test_a_verb_that_there_is_not():
    done = ssd("detcet")
    assert done.returncode == 2
    assert "No such command 'detcet'" in done.stderr


def test_a_persons_error_is_one_line_and_a_fault_has_its_trace(tmp_path):
    picture = tmp_path / "text.jpg"
    picture.write_text("text")
    done = ssd("detect", picture)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    script = (
        "import sys; from models.commands import __main__ as program, detect\n"
        "def fault(**_): raise KeyError('ours')\n"
        "detect.command.callback = fault\n"
        f"sys.argv = ['ssd', 'detect', {str(picture)!r}]\n"
        "program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "KeyError: 'ours'" in done.stderr
    assert "Traceback" in done.stderr
