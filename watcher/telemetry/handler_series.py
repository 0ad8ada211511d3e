"""What a handler counts itself, on the watcher's page: its `metrics()`, looked at and bounded.

The answer is foreign: whatever is wrong with it costs its own series and one line of the log, never
the page.
"""

import logging
import math
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, islice, pairwise
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from ..user_trace import in_words, place_of

MAX_SERIES = 2000
"""Most lines of it; a histogram has one for each of its buckets, and two more."""
OWN_PREFIXES = ("http_", "grpc_", "function_", "process_")
"""How the watcher's own names begin."""
TAKEN_LABELS = frozenset(("le", "instance", "job", "revision"))
"""What Prometheus and the gateway tell replicas apart by."""
_MAX_TEXT = 200
_WAIT_S = 1.0
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,99}")
_ADDED = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
_log = logging.getLogger(__name__)


class BadSeries(Exception):
    """What `metrics()` answered cannot be put on a page."""


class HandlerSeries:
    """Asks a handler for its series, at each scrape."""

    def __init__(self, metrics: Callable[[], object]) -> None:
        """Asks nothing yet.

        Args:
            metrics: The handler's method.
        """
        self._metrics = metrics
        self._asking = threading.Lock()
        self._told = ""

    def families(self) -> list[Metric]:
        """Its families; none when something is wrong with them, which the log says once."""
        # pylint: disable-next=consider-using-with # which knows no time limit
        if not self._asking.acquire(timeout=_WAIT_S):
            self._tell(f"metrics() has not answered an earlier scrape for {_WAIT_S:g} s or more")
            return []
        try:
            answer = self._metrics()
            if not isinstance(answer, Iterable) or isinstance(answer, str | bytes | Mapping):
                raise BadSeries(f"it must give tuples, got {_shown(answer)}")
            made = families_of(answer)
        except BadSeries as error:
            self._tell(f"the answer of metrics() cannot be used: {error}")
        except BaseException as error:  # pylint: disable=broad-exception-caught # foreign code
            place = place_of(error)
            self._tell(f"metrics() failed{' at ' if place else ''}{place}: {in_words(error)}")
        else:
            self._told = ""
            return made
        finally:
            self._asking.release()
        return []

    def _tell(self, why: str) -> None:
        """One line, not one a scrape."""
        if why != self._told:
            self._told = why
            _log.error("the handler's own metrics are left out: %s", why)


def families_of(answer: Iterable[object]) -> list[Metric]:
    """Puts a handler's series in Prometheus' words.

    Args:
        answer: Tuples (name, kind, help, labels, value), as docs/handlers.md has them.

    Returns:
        One family a name, in the order they came.

    Raises:
        BadSeries: One of them is wrong, or there are too many.
    """
    families: dict[str, Metric] = {}
    named: dict[str, list[str]] = {}
    taken: dict[str, str] = {}
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    lines = 0
    for entry in islice(answer, MAX_SERIES + 1):
        name, kind, words, labels, value = _parts(entry)
        family = families.get(name)
        if family is None:
            family = families[name] = _family(name, kind, words, labels)
            named[name] = sorted(labels)
            _take(taken, name, kind)
        elif family.type != kind or family.documentation != words:
            raise BadSeries(f"{name} has two kinds or two helps")
        if sorted(labels) != named[name]:
            raise BadSeries(f"the series of {name} have different labels")
        key = (name, tuple(sorted(labels.items())))
        if key in seen:
            raise BadSeries(f"{name} is there twice with the labels {_shown(labels)}")
        seen.add(key)
        lines += _add(family, name, labels, value)
        if lines > MAX_SERIES:
            raise BadSeries(f"it has more than {MAX_SERIES:,} lines: use labels of few values")
    return list(families.values())


def _parts(entry: object) -> tuple[str, str, str, Mapping[str, str], Any]:
    if not isinstance(entry, tuple) or len(entry) != 5:
        raise BadSeries(f"a series is (name, kind, help, labels, value), got {_shown(entry)}")
    name, kind, words, labels, value = entry
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise BadSeries(f"a name is at most 100 of a-z, A-Z, 0-9 and _, got {_shown(name)}")
    if name.startswith(OWN_PREFIXES):
        raise BadSeries(f"{name} begins as the watcher's own names do: {', '.join(OWN_PREFIXES)}")
    if not isinstance(kind, str) or kind not in _ADDED:
        raise BadSeries(f"the kind of {name} is counter, gauge or histogram, got {_shown(kind)}")
    if not isinstance(words, str) or len(words) > _MAX_TEXT:
        raise BadSeries(f"the help of {name} is text of at most {_MAX_TEXT} characters")
    _check_labels(name, labels)
    return name.removesuffix("_total") if kind == "counter" else name, kind, words, labels, value


def _check_labels(name: str, labels: object) -> None:
    if not isinstance(labels, Mapping):
        raise BadSeries(f"the labels of {name} are a mapping, got {_shown(labels)}")
    for label, text in labels.items():
        if not isinstance(label, str) or _NAME.fullmatch(label) is None or label[:2] == "__":
            raise BadSeries(f"a label of {name} is named {_shown(label)}")
        if label in TAKEN_LABELS:
            raise BadSeries(
                f"the label {label} of {name} is taken: {', '.join(sorted(TAKEN_LABELS))}"
            )
        if not isinstance(text, str) or len(text) > _MAX_TEXT:
            raise BadSeries(f"{label} of {name} is text of at most {_MAX_TEXT} characters")


def _family(name: str, kind: str, words: str, labels: Mapping[str, str]) -> Metric:
    if kind == "histogram":
        return HistogramMetricFamily(name, words, labels=sorted(labels))
    if kind == "gauge":
        return GaugeMetricFamily(name, words, labels=sorted(labels))
    return CounterMetricFamily(name, words, labels=sorted(labels))


def _take(taken: dict[str, str], name: str, kind: str) -> None:
    """Refuses a name whose lines another family has already."""
    for added in {"", *_ADDED[kind]}:
        other = taken.setdefault(name + added, name)
        if other != name:
            raise BadSeries(f"{name} and {other} both have lines called {name}{added}")


def _add(family: Metric, name: str, labels: Mapping[str, str], value: Any) -> int:  # noqa: ANN401 - a handler's
    """Adds one series; how many lines it has."""
    values = [labels[label] for label in sorted(labels)]
    if isinstance(family, HistogramMetricFamily):
        edges, counts, total = _histogram(name, value)
        ends = [*(str(edge) for edge in edges), "+Inf"]
        family.add_metric(values, list(zip(ends, accumulate(counts), strict=True)), total)
        return len(ends) + 2
    number = _number(name, value)
    if isinstance(family, CounterMetricFamily) and not 0 <= number < math.inf:
        raise BadSeries(f"the counter {name} is 0 or more, got {number}")
    family.add_metric(values, number)  # type: ignore[attr-defined] # a gauge's or a counter's
    return 1


def _histogram(name: str, value: object) -> tuple[list[float], list[float], float]:
    if not isinstance(value, Mapping) or not {"edges", "counts", "sum"} <= value.keys():
        raise BadSeries(f"a histogram such as {name} is a mapping of edges, counts and sum")
    edges, counts = (_numbers(name, value[part]) for part in ("edges", "counts"))
    if len(counts) != len(edges) + 1:
        raise BadSeries(
            f"{name} has {len(edges)} edges and {len(counts)} counts: one count more than edges"
        )
    if any(not low < high for low, high in pairwise(edges)):
        raise BadSeries(f"the edges of {name} must grow")
    if not all(map(math.isfinite, edges)) or not all(0 <= each < math.inf for each in counts):
        raise BadSeries(f"the edges of {name} are finite, its counts 0 or more")
    return edges, counts, _number(name, value["sum"])


def _numbers(name: str, values: object) -> list[float]:
    """Numbers of a list, a tuple or an array."""
    values = values.tolist() if hasattr(values, "tolist") else values
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise BadSeries(f"edges and counts of {name} are lists of numbers, got {_shown(values)}")
    return [_number(name, each) for each in values]


def _number(name: str, value: object) -> float:
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        return float(value)  # type: ignore[arg-type] # whatever can be one
    except (TypeError, ValueError, OverflowError):
        raise BadSeries(f"{name} must be a number, got {_shown(value)}") from None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
