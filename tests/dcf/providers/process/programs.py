"""Finds the processes that unpack for a gateway."""

import contextlib
import os
from pathlib import Path

# Seconds to compile, in one piece that lets no other thread run.
SLOW = "def f(a):\n  return a + 1\n" * 22_000


def unpacking(home):
    """The program and what it forked, by the state folder that they work in."""
    found = set()
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = each.read_bytes().split(b"\0")
            if b"dcf.providers.process.unpacking" in words and os.fsencode(home) in words[-2]:
                found.add(int(each.parent.name))
    return found
