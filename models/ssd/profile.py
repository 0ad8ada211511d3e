"""A profile: what pictures and detections looked like, as counts that two sides can compare.

The function counts its calls into one, an evaluation its pictures; no picture is kept in it. Edges
are fixed here, so that both sides' histograms always have the same bins.
"""

import math
from collections import Counter
from typing import Any, NamedTuple

import msgspec

from .detections import Detections
from .errors import ProfileError
from .histogram import Histogram

SCHEMA_VERSION = 1
PREFIX = "ssd_"
"""How the names of a profile's series on a page of metrics begin."""
MODEL_INFO, PICTURES, DETECTIONS = (
    PREFIX + name for name in ("model_info", "pictures_total", "detections_total")
)


class Measure(NamedTuple):
    """A row of the table of what is counted in histograms.

    Attributes:
        name: Its name in a profile, and below a prefix on a page of metrics.
        help: What it is, for people.
        edges: Upper ends of its bins.
    """

    name: str
    help: str
    edges: tuple[float, ...]


MEASURES = (
    Measure(
        "confidence",
        "Confidences of detections.",
        tuple(round(0.05 * step, 2) for step in range(1, 20)),
    ),
    Measure(
        "box_area_ratio",
        "Areas of boxes, as shares of their pictures' areas.",
        (0.0003, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7),
    ),
    Measure(
        "picture_side_pixels",
        "Longer sides of pictures, as sent.",
        (100.0, 200.0, 300.0, 400.0, 500.0, 640.0, 800.0, 1024.0, 1280.0, 1920.0, 2560.0, 4096.0),
    ),
    Measure(
        "picture_detections",
        "Detections of a picture.",
        (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 25.0, 50.0),
    ),
)
PER_PICTURE = "picture_detections"
OF_PICTURES = frozenset((PER_PICTURE, "picture_side_pixels"))
"""Those that have one value a picture; the others have one a detection."""


class Profile(msgspec.Struct):
    """Counts of pictures and of what was found in them. Not for several threads at once.

    Attributes:
        threshold: Least confidence of a detection that counts.
        tiles: As the detector was asked for them: a number, or ``auto``.
        pictures: How many pictures were counted.
        classes: Detections by the name of their class.
        histograms: By the names of ``MEASURES``.
    """

    threshold: float
    tiles: str = "1"
    pictures: int = 0
    classes: Counter[str] = msgspec.field(default_factory=Counter)
    histograms: dict[str, Histogram] = msgspec.field(
        default_factory=lambda: {each.name: Histogram(each.edges) for each in MEASURES}
    )

    def add(self, found: Detections) -> None:
        """Counts a picture.

        Args:
            found: Its detections; those below ``threshold`` do not count.
        """
        scores = found.scores.tolist()
        # Scores descend.
        kept = next((at for at, score in enumerate(scores) if score < self.threshold), len(scores))
        area = float(found.height * found.width)
        areas = [
            (ymax - ymin) * (xmax - xmin) / area
            for ymin, xmin, ymax, xmax in found.boxes[:kept].tolist()
        ]
        self.pictures += 1
        self.classes.update(found.names[:kept])
        self.histograms["confidence"].add(scores[:kept])
        self.histograms["box_area_ratio"].add(areas)
        self.histograms["picture_side_pixels"].add((float(max(found.height, found.width)),))
        self.histograms["picture_detections"].add((float(kept),))

    def combined(self, other: "Profile", sign: int = 1) -> "Profile":
        """Both together; with a ``sign`` of -1 this without the other, which is a part of it.

        Args:
            other: One that was counted by the same threshold and tiles.
            sign: 1 or -1.

        Raises:
            ProfileError: It was counted otherwise.
        """
        if (self.threshold, self.tiles) != (other.threshold, other.tiles):
            raise ProfileError(
                f"counts from confidence {self.threshold:g} with tiles={self.tiles} cannot be held "
                f"against counts from {other.threshold:g} with tiles={other.tiles}"
            )
        classes = Counter(self.classes)
        classes.update({name: sign * count for name, count in other.classes.items()})
        histograms = {
            name: each.combined(other.histograms[name], sign)
            for name, each in self.histograms.items()
        }
        pictures = self.pictures + sign * other.pictures
        return Profile(self.threshold, self.tiles, pictures, classes, histograms)

    def values(self) -> dict[str, Any]:
        """The profile as JSON can hold it; ``read_profile`` is the inverse."""
        return {
            "schema_version": SCHEMA_VERSION,
            "threshold": self.threshold,
            "tiles": self.tiles,
            "pictures": self.pictures,
            "classes": {name: count for name, count in sorted(self.classes.items()) if count},
            "histograms": {
                name: {"edges": list(each.edges), "counts": each.counts, "sum": each.total}
                for name, each in self.histograms.items()
            },
        }


class _Counted(msgspec.Struct, frozen=True):
    edges: tuple[float, ...]
    counts: list[int]
    sum: float


class _Written(msgspec.Struct, frozen=True):
    schema_version: int
    threshold: float
    tiles: str
    pictures: int
    classes: dict[str, int]
    histograms: dict[str, _Counted]


def read_profile(values: object, where: str) -> Profile:
    """Reads what ``Profile.values`` wrote.

    Args:
        values: The JSON's content.
        where: Where it comes from, for errors.

    Raises:
        ProfileError: It is no profile, or one with other bins.
    """
    try:
        written = msgspec.convert(values, _Written)
    except msgspec.ValidationError as error:
        raise ProfileError(f"{where} is no profile: {error}") from error
    if written.schema_version != SCHEMA_VERSION:
        raise ProfileError(
            f"{where} has schema_version {written.schema_version}, this release reads "
            f"{SCHEMA_VERSION}: record it again with this release"
        )
    histograms = {
        name: Histogram(each.edges, each.counts, each.sum)
        for name, each in written.histograms.items()
    }
    profile = Profile(
        written.threshold, written.tiles, written.pictures, Counter(written.classes), histograms
    )
    return checked(profile, where)


def checked(profile: Profile, where: str) -> Profile:
    """Refuses a profile that does not have this release's bins, or impossible counts.

    Raises:
        ProfileError: It has others.
    """
    edges = {name: each.edges for name, each in profile.histograms.items()}
    if edges != {each.name: each.edges for each in MEASURES}:
        raise ProfileError(
            f"{where} has other histograms than this release: record it again with this release"
        )
    counts = [profile.pictures, *profile.classes.values()]
    for each in profile.histograms.values():
        if len(each.counts) != len(each.edges) + 1 or not math.isfinite(each.total):
            raise ProfileError(f"{where} is no profile: a histogram is broken")
        counts += each.counts
    if min(counts) < 0:
        raise ProfileError(f"{where} is no profile: a count is below 0")
    return profile
