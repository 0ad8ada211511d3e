"""What this process refused: a few lines a minute in its log, and a count of all."""

from collections import Counter

from .events import LOGIN_REFUSED, REQUEST_REFUSED, tell

REST, GRPC = "rest", "grpc"
COUNTS: Counter[tuple[str, str]] = Counter()
"""By code and door, both of few values; of the whole process, as its log is."""


def refused(door: str, code: str, *, function: str = "", call_id: str = "", peer: str = "") -> None:
    """A request, a call or a connection was refused.

    Args:
        door: `REST` or `GRPC`.
        code: Ours, as it stands in the reply.
        function: Its name, where that is known to be one; never what a caller only claims.
        call_id: Of a call.
        peer: Whose it was, where that matters.
    """
    COUNTS[code, door] += 1
    event = LOGIN_REFUSED if code in {"unauthorized", "forbidden"} else REQUEST_REFUSED
    tell(event, door=door, code=code, function=function, call_id=call_id, peer=peer)
