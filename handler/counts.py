"""What the function saw, counted for its page of metrics: classes, confidences, sizes."""

import threading
from collections.abc import Iterator, Mapping

from .rooms import DETECTIONS, MEASURES, MODEL_INFO, PICTURES, PREFIX, Answer, Profile, Settings

Series = tuple[str, str, str, dict[str, str], object]


class Counts:
    """Counts pictures that were answered; no picture is kept.

    Calls differ in what they ask for, and only like can be compared with like: what counts are
    pictures looked at as the function's own settings say, or with a lower threshold.

    Args:
        usual: The function's own settings.
        model: What is served, as labels: its name, version and digest.
    """

    def __init__(self, usual: Settings, model: Mapping[str, str]) -> None:
        self._usual, self._model = usual, model
        self._lock = threading.Lock()
        self._profile = Profile(usual.threshold, str(usual.tiles))
        self._otherwise = 0

    def add(self, answer: Answer, settings: Settings) -> None:
        """Counts a picture.

        Args:
            answer: What was found in it.
            settings: What the call asked for.
        """
        usual = settings is self._usual or self._is_usual(settings)
        with self._lock:
            if usual:
                self._profile.add(answer.detections)
            else:
                self._otherwise += 1

    def series(self) -> Iterator[Series]:
        """The counts as the watcher takes them from a handler."""
        with self._lock:
            seen = self._profile.combined(Profile(self._profile.threshold, self._profile.tiles))
            otherwise = self._otherwise
        told = {**self._model, "threshold": f"{seen.threshold:g}", "tiles": seen.tiles}
        yield MODEL_INFO, "gauge", "1; the model that serves is in the labels.", told, 1
        words = "Pictures answered; those that asked for something else are counted here alone."
        for counted, number in (("yes", seen.pictures), ("no", otherwise)):
            yield PICTURES, "counter", words, {"counted": counted}, number
        for name, number in sorted(seen.classes.items()):
            words = "Detections by class."
            yield DETECTIONS, "counter", words, {"class": name}, number
        for each in MEASURES:
            counted_as = seen.histograms[each.name]
            value = {
                "edges": counted_as.edges, "counts": counted_as.counts, "sum": counted_as.total,
            }  # fmt: skip
            yield f"{PREFIX}{each.name}", "histogram", each.help, {}, value

    def _is_usual(self, settings: Settings) -> bool:
        ours = self._usual
        return (
            settings.threshold <= ours.threshold
            and (settings.iou, settings.top_k, settings.tiles, settings.classes)
            == (ours.iou, ours.top_k, ours.tiles, ours.classes)
            and settings.max_detections >= ours.max_detections
        )
