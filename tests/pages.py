"""Pages whose commands a test runs, in order, and compares with what the page shows.

A fence of `bash` is run, a fence of `text` behind it is what that prints, and one of
`bash terminal=2` is what runs meanwhile.
"""

import re
import subprocess

MARK = "@@@ block"


def blocks(page):
    """The fenced blocks of a page, in order: what stands behind the fence, and the text."""
    return re.findall(r"^```(.*?)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def matches(shown, printed):
    """Compare as a reader would: `...` is anything, a line `...` any lines."""
    pattern = re.escape(shown.strip()).replace(re.escape("..."), ".*?")
    return re.fullmatch(pattern, printed.strip(), re.DOTALL)


def run_page(page, cwd, environ, seconds=110):
    """Runs the commands of a page in one shell; fails where one fails or prints something else."""
    parts = [(kind, text) for kind, text in blocks(page) if kind in {"bash", "text"}]
    script = "set -eu -o pipefail\n" + "".join(
        f"echo '{MARK}'\n{text}" for kind, text in parts if kind == "bash"
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = iter(done.stdout.split(f"{MARK}\n")[1:])
    last = ""
    for kind, text in parts:
        if kind == "bash":
            last = next(printed)
        else:
            assert matches(text, last), f"shown:\n{text}\nprinted:\n{last}"
