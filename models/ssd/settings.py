"""What one call asks of the detector."""

import math
from dataclasses import dataclass

from models.ssd.errors import OptionError
from models.ssd.spec import COUNT_LIMITS


@dataclass(frozen=True)
class Settings:
    """Thresholds and limits of one call.

    Attributes:
        threshold: Least confidence of an answer, 0..1.
        iou: Greatest overlap of two answers of one class, 0..1.
        top_k: Candidates kept before suppression; range as in ``COUNT_LIMITS``.
        max_detections: Answers at most; likewise.
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
        for name in ("threshold", "iou"):
            share = getattr(self, name)
            if not (math.isfinite(share) and 0 <= share <= 1):
                raise OptionError(f"{name} must be a number from 0 to 1, got {share}")
        for name, most in COUNT_LIMITS.items():
            count = getattr(self, name)
            if not 1 <= count <= most:
                raise OptionError(f"{name} must be a whole number from 1 to {most}, got {count}")
