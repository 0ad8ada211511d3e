"""Figures for TensorBoard, written by its own writer: no backend is needed for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter


class Events:
    """Writes figures inside ``with``.

    Args:
        folder: Where TensorBoard looks for them.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._writer = EventFileWriter(str(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._writer.close()

    def add(self, step: int, seconds: float, figures: Mapping[str, float]) -> None:
        """Writes figures of one step.

        Args:
            step: Batches done.
            seconds: Time of day, seconds since 1970.
            figures: The figures by name, such as ``loss/all``.
        """
        values = [Summary.Value(tag=name, simple_value=value) for name, value in figures.items()]
        self._writer.add_event(Event(step=step, wall_time=seconds, summary=Summary(value=values)))
