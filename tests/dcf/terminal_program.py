"""A command at a real terminal of some width: what it shows there, and keys for it."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

import pytest

_SECONDS = 60


class TerminalProgram:
    """`dcf` with some arguments, at a terminal.

    Attributes:
        shown: All that came so far, as a terminal gets it.
    """

    def __init__(self, *arguments, columns):
        self.shown = ""
        command = [sys.executable, "-m", "dcf", *map(str, arguments)]
        self.pid, self._end = pty.fork()
        if not self.pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            environ = {**os.environ, "NO_COLOR": "1"}
            environ.pop("COLUMNS", None)  # a runner of tests may have it
            os.execvpe(command[0], command, environ)

    def wait_for(self, words):
        """Read on until something is shown."""
        limit = time.monotonic() + _SECONDS
        while words not in self.shown:
            assert time.monotonic() < limit, self.shown
            assert self._read(limit), self.shown

    def press(self, keys):
        """Type something; Ctrl-C is `\\x03`."""
        os.write(self._end, keys.encode())

    def ended(self):
        """Read to the end; gives the exit status."""
        limit = time.monotonic() + _SECONDS
        while self._read(limit):
            assert time.monotonic() < limit, self.shown
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self, limit):
        came = b""
        readable, _, _ = select.select([self._end], [], [], max(0, limit - time.monotonic()))
        with contextlib.suppress(OSError):  # as Linux tells that the other end is closed
            came = os.read(self._end, 1 << 16) if readable else b""
        self.shown += came.decode().replace("\r\n", "\n")
        return came


@pytest.fixture
def at_terminal():
    """`at_terminal(*arguments, columns=60)` starts `dcf` at a terminal."""
    return lambda *arguments, columns=60: TerminalProgram(*arguments, columns=columns)
