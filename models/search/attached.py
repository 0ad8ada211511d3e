"""Runs a program that ends when its worker does: `python -m ...attached PARENT PROGRAM...`.

Linux sends it SIGTERM as soon as the worker is gone, killed ones included; `ssd train` then writes
its checkpoint, and whoever comes next goes on from there.
"""

import ctypes
import os
import signal
import sys

_SET_DEATH_SIGNAL = 1


def main() -> None:
    """Becomes the program that the arguments name."""
    parent, *program = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() == int(parent):  # else it is gone already
        os.execv(program[0], program)  # noqa: S606 # it takes this process over


if __name__ == "__main__":
    main()
