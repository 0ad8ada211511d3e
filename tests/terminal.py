"""Terminals of tests: a command runs at one of its own, and what a person would see is read."""

import codecs
import contextlib
import fcntl
import io
import os
import pty
import struct
import subprocess
import termios
import threading


class Stream(io.TextIOWrapper):
    """A standard stream in memory, which may say that it is a terminal."""

    def __init__(self, is_terminal, encoding="utf-8"):
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)
        self.is_terminal = is_terminal

    def isatty(self):
        return self.is_terminal

    @property
    def text(self):
        """What came so far; a thread may write meanwhile."""
        return self.buffer.getvalue().decode(self.encoding)


class Terminal:
    """A terminal so many columns wide, and all that was written to it."""

    def __init__(self, columns=80):
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self._kept = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self):
        """What came so far, a line ended by a line feed."""
        seen = codecs.getincrementaldecoder("utf-8")()  # half a letter is none yet
        return seen.decode(b"".join(self._kept)).replace("\r\n", "\n")

    def _read(self):
        with contextlib.suppress(OSError):  # nobody has the other end any more
            while piece := os.read(self.ours, 65536):
                self._kept.append(piece)

    def close(self):
        """Read the rest; whoever writes to it must have ended."""
        os.close(self.theirs)
        self._reader.join(10)
        os.close(self.ours)


@contextlib.contextmanager
def at_a_terminal(*command, columns=80, stdin=b"", out=True, err=True, **environ):
    """Starts a command; gives its process, and the terminals of its stdout and stderr.

    Args:
        command: A list of words.
        columns: How wide both are; COLUMNS is not set unless it is given.
        stdin: What it reads.
        out: Whether stdout is a terminal; a pipe otherwise.
        err: The same of stderr.
        environ: Over the environment.
    """
    usual = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    terminals = Terminal(columns), Terminal(columns)
    wanted = [each.theirs if is_one else subprocess.PIPE
              for each, is_one in zip(terminals, (out, err), strict=True)]  # fmt: skip
    with subprocess.Popen(
        [*map(str, command)], stdin=subprocess.PIPE, stdout=wanted[0], stderr=wanted[1],
        env={**usual, "NO_COLOR": "1", **environ},
    ) as process:  # fmt: skip
        try:
            process.stdin.write(stdin)
            process.stdin.close()
            yield process, *terminals
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(10)
            for each in terminals:
                each.close()


def seen(*command, seconds=30, **options):
    """What is seen at both terminals once a command has ended: stdout's and stderr's text."""
    with at_a_terminal(*command, **options) as (process, out, err):
        process.wait(seconds)
    return out.text, err.text
