"""Pages of metrics of several replicas as one page, each series with the replica it is from.

Nothing is added up: a gauge's sum may mean nothing, and a sum of counters falls when a replica
ends. Whoever reads the page adds up what can be, as Prometheus does. Pages are foreign: a line that
is none is left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_ABOUT = re.compile(rf"# (HELP|TYPE) ({_NAME}) (.*)")
_SAMPLE = re.compile(
    rf'({_NAME})(?:\{{((?:{_NAME}="(?:[^"\\\n]|\\.)*",?)*)\}})? '
    r"([-+]?(?:[0-9][0-9.eE+-]*|Inf)|NaN)"
)
_ADDED = ("_bucket", "_count", "_sum", "_total", "_created")


@dataclass(frozen=True)
class ReplicaPage:
    """What one replica counts.

    Attributes:
        instance: Its address, `host:port`.
        revision: Number of the revision it runs.
        text: Its page, Prometheus' text format 0.0.4.
    """

    instance: str
    revision: int
    text: str


@dataclass
class _Family:
    about: dict[str, str] = field(default_factory=dict)
    samples: list[str] = field(default_factory=list)


def joined(pages: Iterable[ReplicaPage]) -> str:
    """One page of them, with the labels `instance` and `revision` on each sample.

    Args:
        pages: Of the replicas of one function.

    Returns:
        Prometheus' text format: each family once, its samples together.
    """
    families: dict[str, _Family] = {}
    for page in pages:
        ours = f'instance="{page.instance}",revision="{page.revision}"'
        for line in page.text.split("\n"):
            if about := _ABOUT.fullmatch(line):
                family = families.setdefault(about[2], _Family())
                family.about.setdefault(about[1], line)
            elif sample := _SAMPLE.fullmatch(line):
                name, labels, number = sample.groups()
                labels = ",".join(filter(None, (ours, (labels or "").rstrip(","))))
                family = families.setdefault(_family_of(name, families), _Family())
                family.samples.append(f"{name}{{{labels}}} {number}")
    lines = [
        line
        for family in families.values()
        if family.samples
        for line in (*(family.about[each] for each in ("HELP", "TYPE") if each in family.about),
                     *family.samples)
    ]  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def _family_of(name: str, families: dict[str, _Family]) -> str:
    """The family that a sample's name belongs to: its own, or without what histograms add."""
    if name in families:
        return name
    bare = next((name.removesuffix(each) for each in _ADDED if name.endswith(each)), name)
    return bare if bare in families else name
