"""The REST door's own numbers: every request that was read, whatever it was for."""

from .exposition import COUNTER, GAUGE, HISTOGRAM, Family, Times

_LABELS = ("code", "method")
REQUESTS = Family(
    "http_requests_total", COUNTER, _LABELS, "Requests to the REST door, calls among them."
)
SECONDS = Family(
    "http_request_duration_seconds", HISTOGRAM, _LABELS,
    "Time of a request to the REST door.",
)  # fmt: skip
IN_FLIGHT = Family("http_requests_in_flight", GAUGE, (), "Requests being answered.")
FAMILIES = (REQUESTS, SECONDS, IN_FLIGHT)

_METHODS = frozenset(("get", "head", "post", "put", "patch", "delete", "options"))
_MOST_CODES = 64  # of all functions together, which may answer what they like


class Traffic:
    """Counts requests by status and method, as a watchdog does.

    Attributes:
        in_flight: Requests being answered.
    """

    def __init__(self) -> None:
        self.in_flight = 0
        self._codes: set[int] = set()
        self._times: dict[tuple[str, str], Times] = {}

    def begin(self) -> None:
        """A request came in."""
        self.in_flight += 1

    def end(self, method: str, status: int, seconds: float) -> None:
        """It was answered; 499 if its caller left."""
        self.in_flight -= 1
        if len(self._codes) < _MOST_CODES:
            self._codes.add(status)
        lower = method.lower()
        key = (
            str(status) if status in self._codes else "other",
            lower if lower in _METHODS else "other",
        )
        times = self._times.get(key)
        if times is None:
            times = self._times[key] = Times()
        times.add(seconds)

    def text(self) -> str:
        """All of it."""
        return (
            REQUESTS.table({key: times.count for key, times in self._times.items()})
            + SECONDS.head
            + "".join(SECONDS.lines(key, each) for key, each in self._times.items())
            + IN_FLIGHT.one(self.in_flight)
        )
