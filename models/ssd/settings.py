"""What one call asks of the detector."""

from typing import Literal

import msgspec

from .errors import OptionError
from .ranges import AUTO, RANGES, TILES, TILES_DEMAND
from .spec import DefaultsSpec

Tiles = int | Literal["auto"]


class Settings(msgspec.Struct, frozen=True):
    """Thresholds and limits of one call; their ranges are those of ``RANGES``.

    Attributes:
        threshold: Least confidence of an answer.
        iou: Greatest overlap of two answers of one class.
        top_k: Candidates kept before suppression.
        max_detections: Answers at most.
        classes: Names or ids of the only classes wanted; all when empty.
        tiles: 1 looks at the picture as a whole; 2 and 3 at so many tiles a side besides, for
            smaller objects; ``auto`` at as many as the picture's size makes worth it.

    Raises:
        OptionError: A value is out of its range.
    """

    threshold: float
    iou: float
    top_k: int
    max_detections: int
    classes: tuple[str, ...] = ()
    tiles: Tiles = 1

    def __post_init__(self) -> None:
        for name, allowed in RANGES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise OptionError(f"{name} {allowed.demand}, got {value}")
        counted = isinstance(self.tiles, int) and not isinstance(self.tiles, bool)
        if self.tiles != AUTO and not (counted and self.tiles in TILES):
            raise OptionError(f"tiles {TILES_DEMAND}, got {self.tiles!r}")

    @classmethod
    def of(cls, defaults: DefaultsSpec) -> "Settings":
        """What a call gets that asks for nothing: a bundle's defaults."""
        return cls(**{name: getattr(defaults, name) for name in RANGES})
