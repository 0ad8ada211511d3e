"""Answers pictures on every processor, and notes each answer as it comes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from ..ssd.detections import Detections
from ..ssd.detector import Detector
from ..ssd.errors import ImageError
from ..ssd.settings import Settings
from .journal import Journal
from .pictures import Wanted
from .record import Box, Predicted

_AHEAD = 4
"""Pictures under way for each worker: enough that none waits, few enough to hold in memory."""


def predict(
    detector: Detector,
    wanted: Sequence[Wanted],
    settings: Settings,
    journal: Journal,
    workers: int,
    known: Callable[[Predicted], None],
) -> Iterator[Predicted]:
    """Answers what the journal does not have yet, or has of another state of the file.

    Args:
        detector: Shared by all workers.
        wanted: The pictures.
        settings: Thresholds and limits.
        journal: Takes each answer, in the order of the pictures.
        workers: Pictures answered at once.
        known: Called with each answer that the journal had.

    Yields:
        Each answer that is new; a picture that cannot be read is an answer with an error.

    Raises:
        ModelError: The model or the settings cannot be used.
    """
    done = set()
    for answer in _fresh(journal, wanted):
        done.add(answer.at)
        known(answer)
    left = [at for at in range(len(wanted)) if at not in done]

    def one(at: int) -> Predicted:
        return _answer(detector, at, wanted[at], settings)

    with ThreadPoolExecutor(workers) as pool:
        for answer in _in_order(pool, one, left, workers * _AHEAD):
            journal.add(answer)
            yield answer


def state_of(picture: Wanted) -> tuple[int, int]:
    """Size in bytes and time of the last change in nanoseconds; zeros where it is not there."""
    try:
        found = picture.file.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _fresh(journal: Journal, wanted: Sequence[Wanted]) -> Iterator[Predicted]:
    for answer in journal.answers():
        # A picture that could not be read may be there now.
        if not answer.error and answer.state == state_of(wanted[answer.at]):
            yield answer


def _answer(detector: Detector, at: int, picture: Wanted, settings: Settings) -> Predicted:
    state = state_of(picture)
    try:
        found = detector.detect(picture.file.read_bytes(), settings).detections
    except ImageError as error:
        return Predicted(at=at, state=state, error=error.message)
    except OSError as error:
        return Predicted(at=at, state=state, error=error.strerror or str(error))
    return Predicted(
        at=at, state=state, height=found.height, width=found.width, boxes=tuple(_boxes(found))
    )


def _boxes(found: Detections) -> Iterator[Box]:
    for name, class_id, score, box in zip(
        found.names, found.class_ids.tolist(), found.scores, found.boxes.tolist(), strict=True
    ):
        # The shortest decimal that is this float32.
        yield Box(name, class_id, float(str(score)), *box)


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[int], Predicted], items: Iterable[int], ahead: int
) -> Iterator[Predicted]:
    """Answers in order, a bounded number under way; those not begun are given up at the end."""
    pending: deque[Future[Predicted]] = deque()
    try:
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) >= ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
