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


def shown_at(address, folder):
    """What becomes of the page at an address, once its scripts have nothing left to wait for."""
    flags = (*FLAGS, "--virtual-time-budget=10000", f"--user-data-dir={folder}/profile")
    done = subprocess.run(
        [CHROMIUM, *flags, "--dump-dom", address],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


def laid_out(html, folder):
    """The elements that a browser makes of a page, without the `tbody` that it adds to tables."""
    (folder / "page.html").write_text(html)
    shown = shown_at(f"file://{folder}/page.html", folder)
    return [tag for tag in tags(shown) if tag != "tbody"]
