"""Times as text, RFC 3339 in UTC to the microsecond: text order is time order."""

from datetime import UTC, datetime

from ..errors import InvalidRequest

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def now() -> str:
    """The time."""
    return datetime.now(UTC).strftime(_FORM)


def stamp_of(since: str) -> str:
    """A time of a query as such a text; no text is no time. Raises `InvalidRequest`."""
    if not since:
        return ""
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise InvalidRequest(
            f"since is {since!r}: give a time as 2026-01-31T12:00:00Z (RFC 3339)"
        ) from None
    return moment.astimezone(UTC).strftime(_FORM) if moment.tzinfo else moment.strftime(_FORM)
