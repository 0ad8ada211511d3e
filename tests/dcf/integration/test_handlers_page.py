"""Every handler of the page is deployed to a real gateway, and answers what the page shows.

A fence of `python` is the handler (or the file named behind the word), `yaml` the config file,
`text` with a name a file, and without one what the commands before it print at a terminal. What
`bash before` does comes before the function is deployed.
"""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import blocks, matches

PAGE = Path(__file__).parents[3] / "docs" / "handlers.md"
FILES = {"python": "src/handler.py", "yaml": "config.yaml"}


@pytest.fixture
def shell(gateways, tmp_path):
    """`shell(commands)` runs them beside the function, at a terminal; gives what it shows."""
    gateway = gateways("--min-ready-seconds", "0")
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "COLUMNS": "80",
        "DCF_GATEWAY": gateway.rest,
        "URL": f"{gateway.rest}/function/demo",
        "GRPC": gateway.grpc,
    }
    folder = tmp_path / "demo"
    folder.mkdir()

    def run(commands):
        ours, its = pty.openpty()
        notes = tmp_path / "notes"  # a slow machine is told that it takes long
        with notes.open("wb") as file, subprocess.Popen(
            ["bash", "-eu", "-o", "pipefail", "-c", commands],
            cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=its, stderr=file,
        ) as process:  # fmt: skip
            os.close(its)
            said = b"".join(iter(lambda: read(ours), b""))
        os.close(ours)
        text = said.decode().replace("\r", "")
        assert process.returncode == 0, f"{commands}\n{text}{notes.read_text()}"
        return text

    return run, folder


def read(terminal):
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # everybody else has closed it
        return b""


def test_every_example_answers_what_the_page_shows(shell):
    run, folder = shell
    printed, edited = "", False
    for fence, text in blocks(PAGE):
        kind, _, name = fence.partition(" ")
        if kind in FILES or (kind == "text" and name):
            file = folder / (name or FILES[kind])
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            edited = edited or not file.name.startswith("test_")
        elif fence == "bash before":
            run(text)
        elif fence == "bash":
            if edited:
                run("dcf function create -f config.yaml")
            printed, edited = run(text), False
        else:
            assert fence == "text"
            # Carets below a line are of one version of Python.
            told = "".join(
                line for line in printed.splitlines(keepends=True)
                if not re.search(r" +[~^]+$", line.rstrip())
            )  # fmt: skip
            assert matches(text, told), f"shown:\n{text}\nprinted:\n{told}"


def test_every_block_has_a_language_that_is_run():
    kinds = {fence.partition(" ")[0] for fence, _ in blocks(PAGE)}
    assert kinds == {"bash", "python", "text", "yaml"}
    assert len(blocks(PAGE)) > 40
