"""How much of what the float network finds an int8 one finds, too, on photos it never saw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..ssd.boxes import BoxReader
from ..ssd.description import HeldOut
from ..ssd.detections import Detections
from ..ssd.labels import Labels
from ..ssd.manifest import Manifest
from ..ssd.nets.layers import Floats
from ..ssd.nms import overlaps
from ..ssd.ranges import RANGES
from ..ssd.settings import Settings

THRESHOLD = 0.5
LEAST_OVERLAP = 0.9


@dataclass(frozen=True, slots=True)
class Agreement:
    """Detections above 0.5 of two networks on the same photos.

    Attributes:
        photos: Number of photos.
        exact: Detections of the float network.
        quantized: Detections of the int8 network.
        matched: Pairs of one of each, of one class, that overlap by 0.9 or more.
        logit_error: Root mean square difference of the logits that are worth an answer.
    """

    photos: int
    exact: int
    quantized: int
    matched: int
    logit_error: float

    def lines(self) -> Iterable[str]:
        """The same for a person."""
        yield (
            f"on {self.photos} photos held out, scores above {THRESHOLD}, overlap "
            f"{LEAST_OVERLAP} or more:"
        )
        yield f"  float32's detections that int8 has: {_share(self.matched, self.exact)}"
        yield f"  int8's detections that float32 has: {_share(self.matched, self.quantized)}"
        yield f"  logits: {self.logit_error:.3f} off (root mean square)"

    def held_out(self) -> HeldOut:
        """The same for a manifest."""
        return HeldOut(
            photos=self.photos,
            threshold=THRESHOLD,
            iou=LEAST_OVERLAP,
            float32_detections=self.exact,
            int8_detections=self.quantized,
            matched=self.matched,
            logit_rms_error=round(self.logit_error, 3),
        )


def count_matches(
    pairs: Iterable[tuple[Detections, Detections]],
) -> tuple[int, int, int]:
    """Counts the detections on either side, and the pairs of them that match.

    Args:
        pairs: What two networks found in each photo, in one unit.

    Returns:
        Number of the first's, of the second's, and of those matched one to one.
    """
    exact = quantized = matched = 0
    for first, second in pairs:
        exact, quantized = exact + len(first), quantized + len(second)
        matched += _matched(first, second)
    return exact, quantized, matched


def read_answers(
    answers: Mapping[str, Floats], manifest: Manifest, labels: Labels
) -> list[Detections]:
    """Detections above 0.5 of every photo.

    Args:
        answers: The heads' outputs by name, ``[N, ...]`` each.
        manifest: What they mean.
        labels: The classes.

    Returns:
        The detections, in pixels of the network's input.
    """
    reader = BoxReader(manifest, labels)
    defaults, outputs = manifest.defaults, manifest.outputs
    # All that are found: a list cut at the hundredth would differ by what falls off its end.
    most = min(defaults.top_k, RANGES["max_detections"].high)
    settings = Settings(THRESHOLD, defaults.iou, defaults.top_k, most)
    scores = join(answers, outputs.scores, len(outputs.class_ids))
    offsets = join(answers, outputs.offsets, 4)
    size = (manifest.input.height, manifest.input.width)
    return [
        reader.read(one, other, size, settings) for one, other in zip(scores, offsets, strict=True)
    ]


def join(answers: Mapping[str, Floats], names: Iterable[str], depth: int) -> Floats:
    """Joins heads ``[N, H, W, anchors of a cell * depth]`` to ``[N, A, depth]``."""
    parts = [answers[name].reshape(len(answers[name]), -1, depth) for name in names]
    return np.concatenate(parts, axis=1)


def _matched(first: Detections, second: Detections) -> int:
    """Pairs of one class that overlap enough, the closest first."""
    shares = overlaps(first.boxes, second.boxes)
    shares[first.class_ids[:, None] != second.class_ids[None, :]] = 0
    count = 0
    while shares.size and shares.max() >= LEAST_OVERLAP:
        row, column = divmod(int(shares.argmax()), shares.shape[1])
        shares[row], shares[:, column] = 0, 0
        count += 1
    return count


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "none of either"
