"""How much is measured, of what: the one value every benchmark is given."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness.environment import ROOT
from models.ssd.bundle import DEFAULT_BUNDLE

SAMPLES = ROOT / "samples"


def photos() -> tuple[Path, ...]:
    """The sample photos, by name."""
    return tuple(sorted(SAMPLES.glob("*.jpg")))


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    Attributes:
        bundle: The model; by default the one that serves.
        rounds: Of two sides in turn.
        calls: Calls a round and photo where latency is measured.
        seconds: Seconds a round where throughput is measured.
        concurrency: Calls at once where throughput is measured.
        starts: Cold starts of each side.
        many: Calls where memory is measured, and bodies where hostile ones are sent.
        original_calls: Calls the original tutorial's way.
    """

    bundle: Path = DEFAULT_BUNDLE
    rounds: int = 9
    calls: int = 60
    seconds: float = 4.0
    concurrency: int = 8
    starts: int = 9
    many: int = 10_000
    original_calls: int = 5
    photos: tuple[Path, ...] = field(default_factory=photos)

    @property
    def python(self) -> str:
        """The interpreter of the serving side."""
        return sys.executable


def quick(bundle: Path) -> Plan:
    """Little of everything: shows that it works, its figures are noise."""
    return Plan(bundle, rounds=3, calls=15, seconds=1.0, starts=3, many=1_000, original_calls=2)
