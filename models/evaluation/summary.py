"""The twelve numbers that COCO judges by (cocodataset.org, "Detection Evaluation")."""

import contextlib
import io

from pycocotools.cocoeval import COCOeval

from .annotations import AnnotatedImages
from .precision import Found, results_of

NAMES = (
    "mAP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large",
    "AR_1", "AR_10", "AR_100", "AR_small", "AR_medium", "AR_large",
)  # fmt: skip
"""AP is average precision, AR average recall; small is below 32 x 32 pixels, large above 96 x 96; a
number behind AR is how many detections of a picture count."""


def summarize(images: AnnotatedImages, found: list[Found]) -> dict[str, float]:
    """Computes them.

    Args:
        images: The pictures and their objects.
        found: Detections of all pictures.

    Returns:
        The numbers, 0..1, by their names in order; -1 where no object is of that size.
    """
    evaluation = COCOeval(images.coco, results_of(images, found), "bbox")
    evaluation.params.imgIds = list(images.files)
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return dict(zip(NAMES, (float(value) for value in evaluation.stats), strict=True))
