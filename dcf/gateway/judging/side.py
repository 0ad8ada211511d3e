"""What one revision answered while it was judged."""

import random
from statistics import median

_KEPT = 1000  # timings: of more, a sample


class Side:
    """Of the candidate, or of what serves.

    Attributes:
        calls: That were answered, and replicas that died: each of those lost somebody's call.
        errors: Of them, 5xx and deaths.
        refusals: Of them, 4xx.
        deaths: Of replicas.
        seconds: Of calls that were neither; of many, an even sample (Vitter's algorithm R, 1985).
    """

    def __init__(self) -> None:
        self.calls = self.errors = self.refusals = self.deaths = 0
        self.seconds: list[float] = []
        self._timed = 0
        self._random = random.Random(0)  # noqa: S311 # a sample, not a secret

    @property
    def median_ms(self) -> str:
        """Of its timings."""
        return f"{1000 * median(self.seconds):.3g} ms" if self.seconds else "unknown"

    @property
    def line(self) -> str:
        """All of it for people."""
        refused = f", {self.refusals} refused" if self.refusals else ""
        died = f", {self.deaths} replicas ended" if self.deaths else ""
        timed = f", median {self.median_ms}" if self.seconds else ""
        return f"{self.calls} calls, {self.errors} errors{refused}{died}{timed}"

    def share(self, count: int) -> float:
        """Of its calls."""
        return count / self.calls if self.calls else 0.0

    def answered(self, status: int, seconds: float) -> None:
        """A call came to its end; 499 says that its caller left, which says nothing of us."""
        if status == 499:
            return
        self.calls += 1
        if status >= 500:
            self.errors += 1
        elif status >= 400:
            self.refusals += 1
        else:
            self._time(seconds)

    def died(self) -> None:
        """A replica ended by itself."""
        self.deaths += 1
        self.calls += 1
        self.errors += 1

    def _time(self, seconds: float) -> None:
        self._timed += 1
        if len(self.seconds) < _KEPT:
            self.seconds.append(seconds)
        elif (place := self._random.randrange(self._timed)) < _KEPT:
            self.seconds[place] = seconds
