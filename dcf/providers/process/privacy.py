"""Who else could read or change the state: tightened where that is ours to do, else refused.

Whoever can change the state folder decides what the gateway runs.
"""

import logging
import os
import stat
from pathlib import Path

from ...errors import CannotStart

_OTHERS_READ, _OTHERS_WRITE = 0o077, 0o022
_log = logging.getLogger(__name__)


def tighten(path: Path) -> None:
    """Leave a folder (0700) or a file (0600) to its owner alone; of a link, what it leads to.

    Raises:
        CannotStart: It belongs to somebody else, or others can change it and we cannot mend that.
    """
    info = path.stat()
    if info.st_uid not in {os.geteuid(), 0}:
        raise CannotStart(
            f"{path} belongs to user {info.st_uid}, and this gateway runs as {os.geteuid()}: "
            "change its owner, or set DCF_HOME"
        )
    if not info.st_mode & _OTHERS_READ:
        return
    mode = stat.S_IMODE(info.st_mode) & ~_OTHERS_READ
    try:
        path.chmod(mode)
    except PermissionError as fault:
        # Root's, as a mounted volume is: it may be looked into, but nobody else may change it.
        if info.st_mode & _OTHERS_WRITE:
            raise CannotStart(
                f"others can change {path} ({_octal(info.st_mode)}), and it is not this gateway's "
                "to mend: set DCF_HOME to a folder in it"
            ) from fault
        return
    _log.warning("%s was open to others (%s): now %s", path, _octal(info.st_mode), _octal(mode))


def check_parents(path: Path) -> None:
    """Raise `CannotStart` if others could put another folder in its place."""
    for parent in path.resolve().parents:
        info = parent.stat()
        by_group = info.st_mode & stat.S_IWGRP and info.st_gid not in {0, os.getegid()}
        if info.st_mode & stat.S_ISVTX or not (by_group or info.st_mode & stat.S_IWOTH):
            continue
        raise CannotStart(
            f"others can change {parent} ({_octal(info.st_mode)}), and so replace {path}: "
            f"chmod go-w {parent}, or set DCF_HOME"
        )


def _octal(mode: int) -> str:
    return f"{stat.S_IMODE(mode):04o}"
