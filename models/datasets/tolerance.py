"""How many bad rows a data set may have."""

from dataclasses import dataclass
from typing import Self

from .errors import DataSetError


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The most bad rows, as a number or as a share of all rows.

    Attributes:
        most: The number, or the share (0..1).
        is_share: Which of the two it is.
    """

    most: float
    is_share: bool = True

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``20`` (rows), ``1%`` or ``0.01`` (shares).

        Raises:
            DataSetError: It is none of these.
        """
        word = text.strip()
        try:
            if word.isdecimal() and word.isascii():
                return cls(int(word), is_share=False)
            share = float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise DataSetError(
                f"--max-bad is {text!r}: it is a number of rows such as 20, or a share of them "
                "such as 1% or 0.01"
            )
        return cls(share)

    def allows(self, bad: int, whole: int) -> bool:
        """Whether so many bad rows of so many will do."""
        return bad <= (self.most * whole if self.is_share else self.most)

    def __str__(self) -> str:
        return f"{self.most * 100:g} %" if self.is_share else f"{self.most:g}"


USUAL = Tolerance(0.01)
"""What a data set may have where nothing else is asked for."""
ANY = Tolerance(1.0)
"""Whatever it has."""
NONE = Tolerance(0)
"""Not a single one."""
