"""Output that cannot be written, to a full disk or a closed stream: one line for every verb."""

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EBADF})
_NUMBER = re.compile(r"\[Errno (\d+)\]")
_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room on the disk"),
    **dict.fromkeys(
        (errno.EROFS, errno.EACCES, errno.EPERM), "choose a folder that you may write to"
    ),
    errno.EFBIG: "allow larger files (ulimit -f)",
    errno.ENOTDIR: "a file stands where a folder should be: name another",
    errno.ENOENT: "make its folder first",
    errno.EISDIR: "a folder stands where a file should be: name another",
    errno.EEXIST: "name another, or remove it",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def open_closed_streams() -> None:
    """Give a process without stdout or stderr (`>&-`) one that nobody reads.

    Otherwise the next file or connection would get its number, and be written to.
    """
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            reader, writer = os.pipe()
            os.close(reader)
            if writer != number:  # the reader had the number, and left it free
                os.dup2(writer, number, inheritable=False)
                os.close(writer)
            setattr(sys, name, os.fdopen(number, "w"))


def words_of(fault: OSError) -> str | None:
    """The line for a person, or None for a fault that is not about writing or a file."""
    if type(fault).__module__ == "shutil" and fault.args and isinstance(fault.args[0], list):
        _source, target, why = fault.args[0][0]  # the first of many that could not be copied
        found = _NUMBER.match(str(why))
        return (
            cannot_write(str(target), int(found[1]))
            if found
            else f"{target} cannot be written: {why}"
        )
    if fault.errno in _FULL or fault.filename:
        place = os.fsdecode(fault.filename) if fault.filename else "the output"
        return cannot_write(place, fault.errno or 0)
    return None


@contextmanager
def naming(place: object) -> Iterator[None]:
    """Around what writes one file or folder: a full disk does not say where it is full."""
    try:
        yield
    except OSError as fault:
        fault.filename = fault.filename or str(place)
        raise


def cannot_write(place: str, number: int) -> str:
    """What is said of a file or folder that cannot be written: why, and what to do.

    Args:
        place: Its name.
        number: The system's, of the error.
    """
    remedy = f": {_REMEDIES[number]}" if number in _REMEDIES else ""
    return f"{place} cannot be written ({os.strerror(number)}){remedy}"
