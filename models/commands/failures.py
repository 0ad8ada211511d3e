"""Which errors of a verb are a person's, told in one line, and which are ours."""

import errno

# Errors of writing; whoever cannot read a file is told what the system says of it.
_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room on the disk"),
    errno.EROFS: "choose a folder that you may write to",
    errno.EFBIG: "allow larger files (ulimit -f)",
    **dict.fromkeys(
        (errno.ENOTDIR, errno.EEXIST), "a file stands where a folder should be: name another"
    ),
}


def one_line(error: Exception) -> str | None:
    """The message for a person.

    Args:
        error: Whatever a verb raised.

    Returns:
        One line, or None when the error is a fault of the program and its trace is needed.
    """
    message = getattr(error, "message", None)
    if isinstance(message, str) and isinstance(getattr(error, "code", None), str):
        return message
    if isinstance(error, OSError) and error.strerror:
        if error.errno in _REMEDIES:  # a full disk has no file's name
            place = error.filename or "the output"
            return f"{place} cannot be written ({error.strerror}): {_REMEDIES[error.errno]}"
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return None
