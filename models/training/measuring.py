"""How well a network does while it learns: its raw outputs read as a served bundle's are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from ..bundling.catalogue import NetworkEntry
from ..datasets.record import Annotated, DataSet
from ..evaluation.annotations import annotated_images
from ..evaluation.precision import Found, Matches, Precision
from ..evaluation.run import as_found
from ..ssd.boxes import BoxReader
from ..ssd.convert import Identity
from ..ssd.convert.bundle import describe
from ..ssd.cpus import usable_cpus
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
        data: The pictures.
        network: The network.
        labels: The classes of its columns.
        entry: Its entry of the catalogue.
    """

    def __init__(
        self,
        data: DataSet,
        network: Network,
        labels: Labels,
        entry: NetworkEntry,
    ) -> None:
        self._pictures = data.pictures
        self._size = network.input_size
        identity = Identity("training", "0", labels.class_ids, labels.names, entry.defaults, "")
        self._reader = BoxReader(describe(network, identity, "float32"), labels)
        self._settings = replace(Settings.of(entry.defaults), threshold=_THRESHOLD)
        self._decoder = ImageDecoder(self._size)
        self._images = annotated_images(data, labels)

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
                    found.extend(as_found(picture.image_id, answer, self._images.shared))
                progress(len(part))
        return Matches(self._images, found).precision()

    def _seen(self, picture: Annotated) -> npt.NDArray[np.uint8]:
        example: Example = read_example(picture, self._decoder)
        return look(example, whole(example), self._size, (0, 0, 0)).pixels
