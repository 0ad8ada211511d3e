"""What a format of answers is: one file of entries, or a folder with a file a picture."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..pictures import Wanted
from ..record import Predicted

Classes = tuple[tuple[int, str], ...]
"""Id and name of each class of the model, in column order, without a background."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One file: a beginning, an entry for each object, an end.

    Attributes:
        entries: An entry for each of a picture's objects, best first.
        begin: What stands before the first entry.
        between: What stands between two.
        end: What stands after the last.
        weak: Whether the answers are for a judge that averages over all confidences, so that weak
            ones count, too.
    """

    entries: Callable[[Wanted, Predicted], list[bytes]]
    begin: bytes
    between: bytes
    end: bytes
    weak: bool


@dataclass(frozen=True, slots=True)
class FolderFormat:
    """A folder with a file a picture.

    Attributes:
        name: Path of a picture's file below the folder.
        content: What stands in it.
        others: Files of the whole: path and content, from the classes.
    """

    name: Callable[[Wanted], str]
    content: Callable[[Wanted, Predicted, Classes], bytes]
    others: Callable[[Classes], Iterable[tuple[str, bytes]]]


Format = FileFormat | FolderFormat
