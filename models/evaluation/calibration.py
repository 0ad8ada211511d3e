"""Whether a confidence of 0.8 is right eight times of ten (Guo et al., arXiv:1706.04599)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .matching import ClassMatches, Floats

_BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidences against what came of them, in ten bins of equal width.

    Attributes:
        confidence: float64 ``[10]``: mean confidence in each; NaN where it is empty.
        precision: float64 ``[10]``: share of its detections that found an object; NaN likewise.
        counts: float64 ``[10]``: detections in each.
        error: Expected calibration error: mean difference of both, weighted by counts.
    """

    confidence: Floats
    precision: Floats
    counts: Floats
    error: float


def calibrate(matches: Iterable[ClassMatches]) -> Calibration:
    """Bins the detections of all classes; those that are ignored are left out."""
    parts = [(each.scores[~each.ignored], each.hits[~each.ignored]) for each in matches]
    scores = np.concatenate([np.empty(0), *(scores for scores, _ in parts)])
    hits = np.concatenate([np.empty(0), *(hits for _, hits in parts)])
    bins = np.minimum((scores * _BINS).astype(np.intp), _BINS - 1)
    counts = np.bincount(bins, minlength=_BINS).astype(np.float64)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(bins, scores, _BINS) / counts
        precision = np.bincount(bins, hits, _BINS) / counts
    differences = np.nan_to_num(np.abs(confidence - precision))
    error = float((differences * counts).sum() / max(counts.sum(), 1.0))
    return Calibration(confidence, precision, counts, error)
