"""What a layout of annotated pictures must do."""

from pathlib import Path, PurePosixPath
from typing import Protocol

from ..errors import DataSetError
from ..rows import Rows

MOST_BYTES = 512 << 20
"""Of one file of annotations; COCO's largest has 450 MB."""


class Layout(Protocol):
    """Reads one layout.

    Attributes:
        name: What a person calls it.
        told_by: What a folder of it holds, for a message.
    """

    name: str
    told_by: str

    def fits(self, folder: Path) -> bool:
        """Whether a folder looks like one of this layout."""

    def read(self, folder: Path) -> Rows:
        """Reads all that its files say.

        Raises:
            DataSetError: The files as a whole cannot be used; a bad row is no reason.
        """


def read_bounded(file: Path, most: int = MOST_BYTES) -> bytes:
    """A file's bytes.

    Raises:
        DataSetError: It cannot be read, or is larger than annotations are.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise DataSetError(f"{file} cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise DataSetError(
            f"{file} has more than {most >> 20} MB, which no file of annotations needs: divide it"
        )
    return data


def inner_path(name: str) -> PurePosixPath | None:
    """A name as a path below a folder; None where it leads elsewhere or names nothing."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
        return None
    return path
