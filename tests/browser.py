"""A page as a real browser lays it out; for tests marked `browser`."""

import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def tags(html):
    """The elements that a text opens, in order."""
    return re.findall(r"<(\w+)", html)


def laid_out(html, folder):
    """The elements that a browser makes of a page, without the `tbody` that it adds to tables."""
    (folder / "page.html").write_text(html)
    done = subprocess.run(
        [CHROMIUM, *FLAGS, "--dump-dom", f"file://{folder}/page.html"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return [tag for tag in tags(done.stdout) if tag != "tbody"]
