"""Whether a request's head can be read in one way alone.

Waitress is lenient where RFC 9112 lets a server be; a front that reads the same bytes otherwise
would let one caller's bytes become another's request. What is doubtful is refused, not repaired.
"""

import re

MAX_HEAD = 16384
"""Bytes of a request line and headers that a caller may send, with the empty line at the end."""

FRONT_ROOM = 1024
"""Bytes beyond that for what a gateway or proxy in front adds."""

_OF_FRONTS = re.compile(rb"(?im)^(?:x-forwarded-[a-z]+|x-start-time|x-call-id):.*\r\n")
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
FIELD = re.compile(rb"(" + TOKEN + rb"):([^\x00-\x08\x0a-\x1f\x7f]*)")
"""A header's line: a name, and a value without control characters."""

_FIRST_LINE = re.compile(TOKEN + rb" [^\x00-\x20\x7f]+ HTTP/1\.([01])")
_LENGTH = re.compile(rb"[0-9]{1,1000}")
# A name, an IPv4 address, or an IPv6 address in brackets, and a port; RFC 9110 allows none of them.
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[!$&'()*+;=%._~0-9A-Za-z-]*)(?::[0-9]{0,5})?")


def is_too_large(head: bytes) -> bool:
    """Tells whether a caller sent too much, whatever a proxy in front has added.

    Args:
        head: request line and headers, whole.

    Returns:
        Whether it is over the limit.
    """
    return len(head) > MAX_HEAD and len(_OF_FRONTS.sub(b"", head)) > MAX_HEAD


def fault_of(head: bytes) -> str | None:
    """Looks for what makes a head doubtful.

    Args:
        head: request line and headers, each line with its end.

    Returns:
        What is wrong, or None.
    """
    first, *lines = head.removesuffix(b"\r\n").removesuffix(b"\r\n").split(b"\r\n")
    version = _FIRST_LINE.fullmatch(first)
    if version is None:
        return "the first line must be a method, a target and HTTP/1.1, with one space between"
    fields: dict[bytes, list[bytes]] = {}
    for line in lines:
        if line.startswith((b" ", b"\t")):
            return "a header begins with a space; one that goes over several lines is not taken"
        field = FIELD.fullmatch(line)
        if field is None:
            return "a header must be a name, a colon and a value without control characters"
        fields.setdefault(field[1].lower(), []).append(field[2].strip(b" \t"))
    return _fault_of_host(fields, version[1]) or _fault_of_framing(fields, version[1])


def _fault_of_host(fields: dict[bytes, list[bytes]], minor: bytes) -> str | None:
    hosts = fields.get(b"host", [])
    if len(hosts) > 1:
        return "there is more than one Host"
    if not hosts:
        # Probes of some platforms speak HTTP/1.0, which has no Host.
        return None if minor == b"0" else "there is no Host, which HTTP/1.1 requires"
    return None if _HOST.fullmatch(hosts[0]) else "Host must be a name or an address, and a port"


def _fault_of_framing(fields: dict[bytes, list[bytes]], minor: bytes) -> str | None:
    lengths, encodings = (
        fields.get(name, []) for name in (b"content-length", b"transfer-encoding")
    )
    if len(lengths) > 1 or len(encodings) > 1 or (lengths and encodings):
        return "Content-Length or Transfer-Encoding must be there once, and not both"
    if lengths and not _LENGTH.fullmatch(lengths[0]):
        return "Content-Length must be a number of bytes, in digits alone"
    if encodings and minor == b"0":
        return "HTTP/1.0 has no Transfer-Encoding"
    if encodings and encodings[0].lower() != b"chunked":
        return "Transfer-Encoding must be chunked, and nothing besides"
    return None
