"""What a person hears of a run of `ssd predict`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .printing import write_note
from .progress import Progress, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..prediction.pictures import Wanted
    from ..prediction.record import Predicted
    from ..prediction.writing import Written


class PredictedPictures:
    """Counts pictures and names those that cannot be read; ends with what is written.

    Args:
        wanted: The pictures.
    """

    def __init__(self, wanted: "Sequence[Wanted]") -> None:
        self._wanted = wanted
        self._progress = Progress("pictures", len(wanted))
        self._broken = self._done = 0

    def known(self, answer: "Predicted") -> None:
        """An earlier run had it."""
        del answer
        self._done += 1
        self._progress.known()

    def answered(self, answer: "Predicted") -> None:
        """It was answered now."""
        self._done += 1
        if answer.error:
            self._broken += 1
            self._progress.end()
            write_note(f"{self._wanted[answer.at].name}: {answer.error}")
        self._progress.add()

    def stopped(self) -> None:
        """A person stopped it."""
        self._progress.end()
        write_note(
            f"Stopped after {self._done:,} of {len(self._wanted):,} pictures; "
            "the same line goes on from there."
        )

    def ended(self, out: Path, written: "Written") -> None:
        """All is written.

        Raises:
            ClickException: Not one picture could be read.
        """
        self._progress.end()
        if written.left_out:
            write_note(
                f"The limit of --max-bytes leaves out {written.left_out:,} objects with a "
                f"confidence of {written.least:.4f} or less."
            )
        read = len(self._wanted) - self._broken
        write_note(
            f"{out}: {written.objects:,} objects in {read:,} pictures, "
            f"{duration(self._progress.spent)}."
        )
        if self._broken:
            write_note(f"{self._broken:,} pictures could not be read, see above.")
        if not read:
            raise click.ClickException("not one picture could be read")
