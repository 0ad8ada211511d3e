"""ssd --version: this command, the engine and Python in one line, and nothing heavy for it."""

import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from models.commands import version as module

SSD = Path(sys.executable).with_name("ssd")


def test_one_line():
    done = subprocess.run(
        [SSD, "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == (
        f"ssd {version('dcf-detect')}, LiteRT {version('ai-edge-litert')}, "
        f"Python {platform.python_version()}\n"
    )


def test_nothing_heavy_is_imported():
    code = (
        "import sys; sys.argv[1:] = ['--version']\n"
        "from models.commands.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert not {'numpy', 'cv2', 'ai_edge_litert', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)


def test_a_distribution_that_is_not_there_is_unknown(monkeypatch):
    monkeypatch.setattr(module, "_DISTRIBUTIONS", {"ssd": "there-is-no-such-distribution"})
    assert module.versions() == f"ssd unknown, Python {platform.python_version()}"
