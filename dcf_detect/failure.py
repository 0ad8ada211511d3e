"""Why a picture of several has no boxes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with a picture.

    Attributes:
        code: A stable word: those of the function's replies, or ``unreadable`` for a file that
            could not be read at all.
        message: One line for a person.
    """

    code: str
    message: str
