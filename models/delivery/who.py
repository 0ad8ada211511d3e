"""Who gives the command, as histories show it."""

import getpass
import os
import re

_PLAIN = re.compile(r"[^A-Za-z0-9._@-]")


def who() -> str:
    """``user@host``, in characters that may stand in a header."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        user = "unknown"
    return _PLAIN.sub("_", f"{user}@{os.uname().nodename}")
