"""docs/tutorial.md does what it says: its commands run in order, and print what it shows."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "tutorial.md"
MARK = "@@@ block"


def blocks():
    """The fenced blocks of the page, in order: what stands behind the fence, and the text."""
    return re.findall(r"^```(.*?)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environ(tmp_path):
    """Free ports, a home, and nothing of the user's own settings."""
    dropped = ("DCF_", "OPENF", "XDG_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    port = free_port()
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
        "LC_ALL": "C.UTF-8",
        "DCF_PORT": str(port),
        "DCF_GRPC_PORT": str(free_port()),
        "DCF_HOME": str(tmp_path / "home"),
        "DCF_GATEWAY": f"http://127.0.0.1:{port}",
    }


@pytest.fixture
def second_terminal(environ):
    """What the page starts in a terminal of its own; its end is the test's."""
    (command,) = [text for kind, text in blocks() if kind == "bash terminal=2"]
    with subprocess.Popen(
        command.split(), env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert "Gateway:" in process.stdout.readline()
        yield
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def matches(shown, printed):
    """Compare as a reader would: `...` is anything, a line `...` any lines."""
    pattern = re.escape(shown.strip()).replace(re.escape("..."), ".*?")
    return re.fullmatch(pattern, printed.strip(), re.DOTALL)


def test_every_command_works_and_prints_what_the_page_shows(environ, second_terminal, tmp_path):
    page = [(kind, text) for kind, text in blocks() if kind != "bash terminal=2"]
    script = "set -eu -o pipefail\n" + "".join(
        f"echo '{MARK}'\n{text}" for kind, text in page if kind == "bash"
    )
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "samples").symlink_to(ROOT / "samples")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = iter(done.stdout.split(f"{MARK}\n")[1:])
    last = ""
    for kind, text in page:
        if kind == "bash":
            last = next(printed)
        else:
            assert kind == "text"
            assert matches(text, last), f"shown:\n{text}\nprinted:\n{last}"
