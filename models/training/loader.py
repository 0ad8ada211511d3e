"""Batches for the network: pictures decoded, changed and matched beside the training."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import cv2
import numpy as np
import numpy.typing as npt

from ..datasets.errors import DataSetError
from ..datasets.record import Annotated
from ..ssd.cpus import usable_cpus
from ..ssd.errors import ImageError
from ..ssd.image import ImageDecoder
from .augmentation import Augmentation
from .example import Example
from .matching import Matcher, Targets
from .sampling import epoch_order, picture_random, repeat_factors

_AHEAD = 3
"""Batches that are prepared before they are asked for."""
_COVER = 2
"""Pictures are decoded at least so many times as large as the input: parts are looked at."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a step learns from.

    Attributes:
        pixels: uint8 ``[N, H, W, 3]``: RGB.
        columns: int32 ``[N, A]``, as in ``Targets``.
        offsets: float32 ``[N, A, 4]``, as in ``Targets``.
        names: Name of each picture.
    """

    pixels: npt.NDArray[np.uint8]
    columns: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.float32]
    names: tuple[str, ...]


class Preparer:
    """Turns a picture of the data set into what the network learns from it.

    Args:
        pictures: The pictures.
        augmentation: What may be done to them.
        matcher: Matches their objects with anchors.
        seed: The run's.
    """

    def __init__(
        self,
        pictures: Sequence[Annotated],
        augmentation: Augmentation,
        matcher: Matcher,
        seed: int,
    ) -> None:
        self.pictures = pictures
        self._augmentation = augmentation
        self._matcher = matcher
        self._seed = seed
        self._decoder = _decoder_for(augmentation.size)

    def __getstate__(self) -> dict[str, object]:
        """What travels to a process; the decoder, which has locks, is made anew there."""
        return {name: value for name, value in self.__dict__.items() if name != "_decoder"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._decoder = _decoder_for(self._augmentation.size)

    def __call__(self, index: int, epoch: int, place: int) -> tuple[npt.NDArray[np.uint8], Targets]:
        """Prepares one.

        Args:
            index: Which picture.
            epoch: Number of the epoch.
            place: Its place in the epoch's order.

        Returns:
            Its pixels, and what each anchor is to answer.
        """
        random = picture_random(self._seed, epoch, place)
        seen = self._augmentation(read_example(self.pictures[index], self._decoder), random)
        height, width = self._augmentation.size
        unit = np.asarray(seen.boxes / (height, width, height, width), np.float32)
        solid = (unit[:, 2:] > unit[:, :2]).all(axis=1)
        return seen.pixels, self._matcher(unit[solid], seen.columns[solid], seen.judged[solid])


class Loader:
    """Prepares the batches of each epoch, some ahead of the one that is learnt from.

    Args:
        preparer: Prepares a picture.
        batch: Pictures a batch.
        workers: How many are prepared at once; 0 for one a processor.
        processes: Whether by processes of their own instead of threads.
        repeat_below: See ``repeat_factors``.
    """

    def __init__(
        self,
        preparer: Preparer,
        batch: int,
        workers: int = 0,
        processes: bool = False,
        repeat_below: float = 0.0,
    ) -> None:
        self._preparer = preparer
        self._batch = batch
        self._factors = repeat_factors(preparer.pictures, repeat_below)
        self._processes = processes
        self._pool = _open_pool(preparer, workers or usable_cpus(), processes)

    def steps(self, seed: int, epoch: int) -> int:
        """Batches of an epoch; pictures that do not fill one are left to the next epochs."""
        return max(1, len(epoch_order(self._factors, seed, epoch)) // self._batch)

    def batches(self, seed: int, epoch: int, first: int = 0) -> Iterator[Batch]:
        """Batches of one epoch.

        Args:
            seed: The run's.
            epoch: Number of the epoch.
            first: The batch to begin with.

        Yields:
            The batches, in an order that only seed and epoch decide.
        """
        order = epoch_order(self._factors, seed, epoch)
        # Fewer pictures than a batch has are shown again until it is full.
        order = np.resize(order, max(self._batch, len(order) // self._batch * self._batch))
        waiting: deque[list[Future[tuple[npt.NDArray[np.uint8], Targets]]]] = deque()
        starts = range(first * self._batch, len(order), self._batch)
        try:
            for start in starts:
                waiting.append(self._ask(order, epoch, start))
                if len(waiting) > _AHEAD:
                    yield self._take(waiting, order, start - _AHEAD * self._batch)
            while waiting:
                start = len(order) - len(waiting) * self._batch
                yield self._take(waiting, order, start)
        finally:
            for future in (each for futures in waiting for each in futures):
                future.cancel()

    def close(self) -> None:
        """Ends the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _ask(
        self, order: npt.NDArray[np.intp], epoch: int, start: int
    ) -> list[Future[tuple[npt.NDArray[np.uint8], Targets]]]:
        call = _prepare_in_process if self._processes else self._preparer
        return [
            self._pool.submit(call, int(order[place]), epoch, place)
            for place in range(start, start + self._batch)
        ]

    def _take(
        self,
        waiting: deque[list[Future[tuple[npt.NDArray[np.uint8], Targets]]]],
        order: npt.NDArray[np.intp],
        start: int,
    ) -> Batch:
        prepared = [future.result() for future in waiting.popleft()]
        pictures = self._preparer.pictures
        return Batch(
            np.stack([pixels for pixels, _ in prepared]),
            np.stack([targets.columns for _, targets in prepared]),
            np.stack([targets.offsets for _, targets in prepared]),
            tuple(pictures[index].name for index in order[start : start + self._batch]),
        )


def read_example(picture: Annotated, decoder: ImageDecoder) -> Example:
    """Decodes a picture; boxes follow where it is decoded smaller.

    Raises:
        DataSetError: It cannot be decoded.
    """
    try:
        pixels = decoder.decode(picture.file.read_bytes()).pixels
    except (ImageError, OSError) as error:
        reason = error.message if isinstance(error, ImageError) else error.strerror
        raise DataSetError(f"{picture.file} cannot be read any more: {reason}") from error
    scale = np.array([pixels.shape[0] / picture.size[0], pixels.shape[1] / picture.size[1]] * 2)
    boxes = np.asarray(picture.boxes * scale, np.float32)
    return Example(pixels, boxes, picture.columns, picture.judged)


def _decoder_for(size: tuple[int, int]) -> ImageDecoder:
    return ImageDecoder((_COVER * size[0], _COVER * size[1]))


def _open_pool(preparer: Preparer, workers: int, processes: bool) -> Executor:
    # Pictures are what is prepared in parallel: OpenCV's own threads would only compete with them.
    cv2.setNumThreads(1)
    if not processes:
        return ThreadPoolExecutor(workers, thread_name_prefix="picture")
    # Started anew, not forked: threads of Keras' backend do not survive a fork.
    return ProcessPoolExecutor(workers, get_context("spawn"), _keep_in_process, (preparer,))


_kept: list[Preparer] = []


def _keep_in_process(preparer: Preparer) -> None:
    cv2.setNumThreads(1)
    _kept[:] = [preparer]


def _prepare_in_process(
    index: int, epoch: int, place: int
) -> tuple[npt.NDArray[np.uint8], Targets]:
    return _kept[0](index, epoch, place)
