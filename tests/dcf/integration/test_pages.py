"""Pages do what they say: their commands run in order, and print what they show."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import blocks, run_page

ROOT = Path(__file__).parents[3]


@pytest.fixture
def environ(tmp_path):
    """Any free ports, a home, and nothing of the user's own settings."""
    dropped = ("DCF_", "OPENF", "XDG_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
        "LC_ALL": "C.UTF-8",
        "SAMPLES": str(ROOT / "samples"),
        "DCF_PORT": "0",
        "DCF_GRPC_PORT": "0",
        "DCF_HOME": str(tmp_path / "home"),
    }


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["tutorial", "migrating"])
def test_every_command_works_and_prints_what_the_page_shows(name, environ, tmp_path):
    page = ROOT / "docs" / f"{name}.md"
    (command,) = [text for kind, text in blocks(page) if kind == "bash terminal=2"]
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "samples").symlink_to(ROOT / "samples")
    with subprocess.Popen(
        command.split(), env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as second_terminal:
        try:
            told = re.match(r"Gateway: (\S+) ", second_terminal.stdout.readline())
            run_page(page, folder, {**environ, "DCF_GATEWAY": told[1]}, seconds=350)
        finally:
            second_terminal.send_signal(signal.SIGINT)
            second_terminal.communicate(timeout=30)
