"""Which errors of a verb are a person's, told in one line, and which are ours."""


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
        # A full disk has no file's name.
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return None
