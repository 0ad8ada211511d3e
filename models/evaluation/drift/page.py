"""A function's counts, read from its page of metrics (Prometheus' text format 0.0.4)."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...ssd.errors import ProfileError
from ...ssd.profile import DETECTIONS, MEASURES, MODEL_INFO, PICTURES, PREFIX, Profile, checked

_SAMPLE = re.compile(r"(\w+)\{(.*)\} (\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)')
_ESCAPED = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
_Labels = Mapping[str, str]


@dataclass(frozen=True)
class Counted:
    """What one replica counted.

    Attributes:
        model: What it serves: name, version, precision, digest.
        profile: What it saw.
        otherwise: Pictures that were asked for with options of their own: only counted.
    """

    model: _Labels
    profile: Profile
    otherwise: int


@dataclass
class _Series:
    info: list[dict[str, str]] = field(default_factory=list)
    pictures: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    buckets: dict[str, dict[float, int]] = field(default_factory=dict)
    sums: dict[str, float] = field(default_factory=dict)


def read_counts(text: str) -> dict[str, Counted]:
    """Reads the page of a function.

    Args:
        text: As a gateway gives it, each series with its replica as ``instance``.

    Returns:
        What each replica counted; empty where none is ready.

    Raises:
        ProfileError: It has no such counts, or they are broken.
    """
    replicas: dict[str, _Series] = {}
    seen = False
    for name, labels, value in _samples(text):
        seen = True
        instance = labels.pop("instance", "")
        labels.pop("revision", None)
        _take(replicas.setdefault(instance, _Series()), name, labels, value)
    counted = {each: _counted(found) for each, found in replicas.items() if found.info}
    if seen and not counted:
        raise ProfileError(
            f"the function counts no pictures: it has no {MODEL_INFO} among its metrics; deploy "
            "this release's function `ssd`"
        )
    return counted


def _samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in text.split("\n"):
        found = _SAMPLE.fullmatch(line)
        if found is None:
            continue
        labels = {name: _unescaped(value) for name, value in _LABEL.findall(found[2])}
        yield found[1], labels, _number(found[3])


def _unescaped(text: str) -> str:
    return re.sub(r"\\.", lambda found: _ESCAPED.get(found[0], found[0]), text)


def _take(series: _Series, name: str, labels: dict[str, str], value: float) -> None:
    """Takes a sample, if it is one of ours."""
    if name == MODEL_INFO:
        series.info.append(labels)
    elif name == PICTURES:
        series.pictures[labels.get("counted", "")] = _whole(name, value)
    elif name == DETECTIONS:
        series.classes[labels.get("class", "")] = _whole(name, value)
    elif name.startswith(PREFIX) and name.endswith("_bucket"):
        edge = _number(labels.get("le", "").replace("+Inf", "inf"))
        measure = name.removeprefix(PREFIX).removesuffix("_bucket")
        series.buckets.setdefault(measure, {})[edge] = _whole(name, value)
    elif name.startswith(PREFIX) and name.endswith("_sum"):
        series.sums[name.removeprefix(PREFIX).removesuffix("_sum")] = value


def _number(text: str) -> float:
    """A number; none at all is not a number."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _whole(name: str, value: float) -> int:
    if not value.is_integer() or value < 0:
        raise ProfileError(f"{name} must be a count, got {value:g}")
    return int(value)


def _counted(series: _Series) -> Counted:
    told = dict(series.info[0])
    if not {"name", "version", "digest"} <= told.keys():
        raise ProfileError(f"{MODEL_INFO} does not tell which model serves")
    threshold = _number(told.pop("threshold", ""))
    if not 0 <= threshold <= 1:
        raise ProfileError(f"{MODEL_INFO} must tell the threshold, 0 to 1")
    profile = Profile(threshold, told.pop("tiles", "1"), series.pictures.get("yes", 0))
    profile.classes.update(series.classes)
    for each in MEASURES:
        cumulative = series.buckets.get(each.name, {})
        edges = sorted(cumulative)
        if edges != [*each.edges, math.inf]:
            raise ProfileError(
                f"{PREFIX}{each.name} has other bins than this release: use the release that the "
                "function runs"
            )
        counts = [cumulative[edge] for edge in edges]
        histogram = profile.histograms[each.name]
        histogram.counts = [high - low for low, high in zip((0, *counts), counts, strict=False)]
        histogram.total = series.sums.get(each.name, 0.0)
    return Counted(told, checked(profile, "the function's page"), series.pictures.get("no", 0))
