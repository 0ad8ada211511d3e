"""Which data set a verb reads, and how: options that verbs share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..printing import write_note
from ..progress import Progress, each_in_turn

if TYPE_CHECKING:
    from ...datasets.record import DataSet


class _DataSetType(click.ParamType[Path | str]):
    """A folder, or a place of ``ssd data push``; the reader says what is wrong with it."""

    name = "folder"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        """Leaves an address as it is: a path would lose one of its slashes."""
        del param, ctx
        from ...datasets.exchange.profiles import is_place  # only for a verb that is given one

        text = str(value)
        return text if is_place(text) else Path(text)


FOLDER = _DataSetType()


def local(data: Path | str) -> Path:
    """The folder of a data set; one of a place is pulled, unless it was before."""
    if isinstance(data, Path):
        return data
    from ...datasets.exchange.cache import local_folder

    with each_in_turn() as say:
        return local_folder(data, say)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a data set is to be read.

    Attributes:
        split: The part wanted; all when empty.
        layout: Name of its layout; found out when empty.
        max_bad: How many bad rows it may have, as a person wrote it.
    """

    split: str = ""
    layout: str = ""
    max_bad: str = "1%"

    def read(
        self, folder: Path | str, images: Path | None = None, names: Path | None = None
    ) -> "DataSet":
        """Reads it with progress; says how many rows were set aside.

        Args:
            folder: The data set; a file of COCO's where ``images`` are given.
            images: Folder of the pictures, where they lie elsewhere.
            names: With ``images``: file with the names of the classes, if that one has none.

        Raises:
            DataSetError: It cannot be used.
        """
        from ...datasets.reading import read_coco, read_data_set
        from ...datasets.tolerance import Tolerance

        tolerance = Tolerance.parse(self.max_bad)
        where = local(folder)
        with Progress("pictures looked at") as counter:
            if images is not None:
                data = read_coco(images, where, names=names, tolerance=tolerance, progress=counter)
            else:
                data = read_data_set(
                    where,
                    layout=self.layout,
                    split=self.split,
                    tolerance=tolerance,
                    progress=counter,
                )
        if data.bad:
            first = data.bad[0]
            write_note(
                f"set aside {len(data.bad):,} rows, first {first.where}: {first.reason} "
                "(`ssd data check` lists them)"
            )
        return data


def data_set_choice(verb: Callable[..., None]) -> Callable[..., None]:
    """Adds ``--split``, ``--format`` and ``--max-bad`` to a verb, which gets them as ``choice``."""

    @click.option("--split", default="", help="Part of the data set, such as test.  [default: all]")
    @click.option(
        "--format",
        "layout",
        type=click.Choice(["coco", "voc", "yolo"]),
        help="Its layout.  [default: found out]",
    )
    @click.option(
        "--max-bad",
        default="1%",
        show_default=True,
        help="Most rows that may be bad: a number, or a share of all.",
    )
    @wraps(verb)
    def chosen(
        *,
        split: str,
        layout: str | None,
        max_bad: str,
        **others: Any,  # noqa: ANN401 - the verb's own
    ) -> None:
        verb(choice=Choice(split, layout or "", max_bad), **others)

    return chosen
