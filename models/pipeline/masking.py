"""Passwords in addresses, which no record, page or line of a pipeline may show."""

import re

_PASSWORD = re.compile(r"(://[^/\s:@]*):[^\s/]*@")


def masked(text: str) -> str:
    """A text with the password of each address in it, ``scheme://name:password@host``, hidden."""
    return _PASSWORD.sub(r"\1:***@", text)
