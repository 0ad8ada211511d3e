"""Reads the examples of a command's help as the command itself would, so that none can rot."""

import re
import shlex
import subprocess
import sys

import click
from click.testing import CliRunner

from dcf.cli import cli as dcf
from models.commands.__main__ import cli as ssd

ROOTS = {"dcf": dcf, "ssd": ssd}

# What examples name and verbs want to be there.
FOLDERS = ("photos", "secrets", "coco", "my-runtimes", "runs/digits/int8")
FILES = (
    "config.yaml", "photo.jpg", "a.jpg", "b.jpg", "state.backup", "instances.json", "token.txt",
    "train.yaml", "search.yaml", "pipeline.yaml", "train.zip", "dataset.yaml", "answers.npz",
    "answers_seed1.npz",
    "ssd_300_vgg.ckpt.zip", "verdict.json",
)  # fmt: skip


def every_verb(group, words):
    """The words of a command and of all its groups and verbs, each with what click has of it."""
    yield words, group
    if isinstance(group, click.Group):
        for name in group.list_commands(None):
            yield from every_verb(group.get_command(None, name), f"{words} {name}")


def examples_of(module, words):
    """The lines below "Examples:" of the real command's help.

    Args:
        module: What `python -m` runs.
        words: Such as `dcf function list`.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *words.split()[1:], "--help"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    said, mark, lines = done.stdout.partition("Examples:\n")
    assert mark, (
        f"`{words} --help` has no examples: put @examples('{words} ...') above its @click.command, "
        f"lines that one can type as they stand:\n{said}"
    )
    return [line.strip() for line in lines.splitlines() if line.strip()]


def check_example(line, monkeypatch, folder):
    """Reads one example by the verb that it names; fails with what the command would say.

    Args:
        line: Of a shell, for `dcf` or `ssd`: what is piped in, and where output goes, is left out.
        monkeypatch: Pytest's; the verb itself is not run.
        folder: An empty one, where what is named is made.
    """
    for each in FOLDERS:
        (folder / each).mkdir(parents=True)
    for each in FILES:
        (folder / each).write_bytes(b"")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    name, *rest = _words(line)
    assert name in ROOTS, f"an example is of one of {', '.join(ROOTS)}: {line}"
    root = ROOTS[name]
    command, words = root, list(rest)
    while isinstance(command, click.Group) and words:
        command = command.get_command(None, words.pop(0))
    assert isinstance(command, click.Command), f"no verb of {name}: {line}"
    reached = []
    monkeypatch.setattr(command, "callback", lambda **given: reached.append(given))
    done = CliRunner().invoke(root, rest)
    assert reached, (
        f"the example `{line}` cannot be read: {done.output}\nMend it, or add the file that it "
        f"names to FILES of {__file__}"
    )


_VARIABLE = re.compile(r"[A-Z_]+=")


def _words(line):
    for mark in ('eval "$(', ')"'):
        line = line.replace(mark, "")
    words = shlex.split(line)
    while _VARIABLE.match(words[0]):
        words.pop(0)
    if "|" in words:
        words = words[words.index("|") + 1 :]
    return words[: next((at for at, word in enumerate(words) if word in {"<", ">"}), None)]
