"""What a place of a data set must do."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from ..record import DataSet
from .about import About
from .batches import Batch


class Place(Protocol):
    """Keeps one data set; it is there as a whole, or not yet.

    Every method raises ``DataSetError`` where the place cannot be used.

    Attributes:
        name: As a person knows it.
    """

    name: str

    def about(self) -> About | None:
        """What is there; None where there is nothing, or what somebody else wrote."""

    def version(self) -> str:
        """Something that is another one when the rows are others."""

    def missing(self, batches: Sequence[Batch], rows: str) -> list[Batch]:
        """The batches that are not there yet, of a data set whose rows have that digest."""

    def add(self, batch: Batch, data: DataSet, rows: str) -> None:
        """Moves a batch there, whole; nobody sees it as the place's data set yet."""

    def finish(self, about: About) -> None:
        """Makes what was added the place's data set, in place of another."""

    def parts(self) -> list[tuple[str, int]]:
        """Names of parts that can be read one by one, and how many pictures each has.

        As long as ``version`` stays, a part has the same pictures.
        """

    def read(self, part: str) -> Iterator[dict[str, Any]]:
        """The rows of a part; a value may be missing, and of no use."""
