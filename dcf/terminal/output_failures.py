"""Output that cannot be written, to a full disk or a closed stream: one line for every verb."""

import errno
import os
import sys

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EBADF})


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
        return f"{target} cannot be written: {why}"
    if fault.errno in _FULL or fault.filename:
        place = os.fsdecode(fault.filename) if fault.filename else "the output"
        return f"{place} cannot be written: {fault.strerror}"
    return None
