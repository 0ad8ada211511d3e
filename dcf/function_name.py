"""What a function may be called: the same for the command and for the gateway."""

import re

MAX_NAME = 63  # of a DNS label
_NAME = re.compile(rf"[a-z0-9]([-a-z0-9]{{0,{MAX_NAME - 2}}}[a-z0-9])?")


def is_function_name(text: str) -> bool:
    """Whether a function can be called so."""
    return _NAME.fullmatch(text) is not None
