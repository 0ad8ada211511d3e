"""How well a network does while it learns: its raw outputs read as a served bundle's are."""

import contextlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from pycocotools.coco import COCO

from ..bundling.catalogue import NetworkEntry
from ..datasets.record import Annotated
from ..evaluation.annotations import AnnotatedImages
from ..evaluation.precision import Found, Matches, Precision
from ..ssd.boxes import BoxReader
from ..ssd.convert import Identity
from ..ssd.convert.bundle import describe
from ..ssd.cpus import usable_cpus
from ..ssd.detections import Detections
from ..ssd.image import ImageDecoder
from ..ssd.labels import Labels
from ..ssd.nets.layers import Floats, Network
from ..ssd.settings import Settings
from .example import Example
from .loader import read_example
from .view import look, whole

_BATCH = 16
_THRESHOLD = 0.01
"""Precision is an average over all recalls, so that weak detections count too."""


class Answering(Protocol):
    """What is measured."""

    def answer(self, pixels: npt.NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Scores ``[N, A, C]`` and offsets ``[N, A, 4]`` of pictures, uint8 ``[N, H, W, 3]``."""


class Measurer:
    """Measures a network on pictures.

    Args:
        pictures: The pictures.
        network: The network.
        labels: The classes of its columns.
        entry: Its entry of the catalogue.
    """

    def __init__(
        self,
        pictures: Sequence[Annotated],
        network: Network,
        labels: Labels,
        entry: NetworkEntry,
    ) -> None:
        self._pictures = pictures
        self._size = network.input_size
        identity = Identity("training", "0", labels.class_ids, labels.names, entry.defaults, "")
        self._reader = BoxReader(describe(network, identity, "float32"), labels)
        self._settings = replace(Settings.of(entry.defaults), threshold=_THRESHOLD)
        self._decoder = ImageDecoder(self._size)
        first = 0 if network.background is None else 1
        self.images = _as_coco(pictures, labels.class_ids[first:])

    def __call__(
        self, model: Answering, progress: Callable[[int], None] = lambda _more: None
    ) -> Precision:
        """Measures a network.

        Args:
            model: The network with weights.
            progress: Called with the number of pictures that were answered since.

        Returns:
            The figures.
        """
        found: list[Found] = []
        with ThreadPoolExecutor(usable_cpus()) as pool:
            for start in range(0, len(self._pictures), _BATCH):
                part = self._pictures[start : start + _BATCH]
                seen = list(pool.map(self._seen, part))
                # A last part of another size would be compiled anew.
                full = np.resize(np.stack(seen), (_BATCH, *seen[0].shape))
                scores, offsets = model.answer(full)
                for place, picture in enumerate(part):
                    answer = self._reader.read(
                        scores[place], offsets[place], picture.size, self._settings
                    )
                    found.extend(_as_found(picture.image_id, answer))
                progress(len(part))
        return Matches(self.images, found).precision()

    def _seen(self, picture: Annotated) -> npt.NDArray[np.uint8]:
        example: Example = read_example(picture, self._decoder)
        return look(example, whole(example), self._size, (0, 0, 0)).pixels


def _as_coco(pictures: Sequence[Annotated], class_ids: tuple[int, ...]) -> AnnotatedImages:
    """The pictures as COCO's own evaluation takes them."""
    coco = COCO()
    coco.dataset = {
        "images": [{"id": picture.image_id} for picture in pictures],
        "categories": [{"id": class_id} for class_id in class_ids],
        "annotations": [],
    }
    for picture in pictures:
        for box, column, judged in zip(picture.boxes, picture.columns, picture.judged, strict=True):
            ymin, xmin, ymax, xmax = (float(edge) for edge in box)
            sides = [xmin, ymin, xmax - xmin, ymax - ymin]
            coco.dataset["annotations"].append(
                {
                    "id": len(coco.dataset["annotations"]) + 1,
                    "image_id": picture.image_id,
                    "category_id": class_ids[column],
                    "bbox": sides,
                    "area": sides[2] * sides[3],
                    # What is not judged by is neither found nor missed: COCO's crowd.
                    "iscrowd": int(not judged),
                }
            )
    with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
        coco.createIndex()
    return AnnotatedImages(coco, {picture.image_id: picture.file for picture in pictures})


def _as_found(image_id: int, detections: Detections) -> list[Found]:
    return [
        {
            "image_id": image_id,
            "category_id": int(class_id),
            "score": float(score),
            "bbox": [float(box[1]), float(box[0]), float(box[3] - box[1]), float(box[2] - box[0])],
        }
        for class_id, score, box in zip(
            detections.class_ids, detections.scores, detections.boxes, strict=True
        )
    ]
