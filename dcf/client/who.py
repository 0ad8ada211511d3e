"""Who gives the command, as a function's history shows it."""

import getpass
import re
import socket

_PLAIN = re.compile(r"[^A-Za-z0-9._@-]")


def who() -> str:
    """`user@host`, in characters that may stand in a header."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in many containers
        user = "unknown"
    return _PLAIN.sub("_", f"{user}@{socket.gethostname()}")
