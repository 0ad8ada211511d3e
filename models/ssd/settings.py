"""What one call asks of the detector."""

from dataclasses import dataclass

from .errors import OptionError
from .ranges import RANGES
from .spec import DefaultsSpec


@dataclass(frozen=True)
class Settings:
    """Thresholds and limits of one call; their ranges are those of ``RANGES``.

    Attributes:
        threshold: Least confidence of an answer.
        iou: Greatest overlap of two answers of one class.
        top_k: Candidates kept before suppression.
        max_detections: Answers at most.
        classes: Names or ids of the only classes wanted; all when empty.

    Raises:
        OptionError: A value is out of its range.
    """

    threshold: float
    iou: float
    top_k: int
    max_detections: int
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in RANGES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise OptionError(f"{name} {allowed.demand}, got {value}")

    @classmethod
    def of(cls, defaults: DefaultsSpec) -> "Settings":
        """What a call gets that asks for nothing: a bundle's defaults."""
        return cls(**{name: getattr(defaults, name) for name in RANGES})
