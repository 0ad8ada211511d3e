"""Errors of checking.

CheckError            code, message
+-- BadGolden         bad_golden       a file that does not hold what others computed
+-- GoldenDiffers     golden_differs   the code computes something else than is in the file
"""

from typing import ClassVar


class CheckError(Exception):
    """Base of every error this room raises on purpose.

    Attributes:
        code: A stable word.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "check_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadGolden(CheckError):
    """The file is damaged, or lacks arrays, or they do not fit one another."""

    code = "bad_golden"


class GoldenDiffers(CheckError):
    """A difference is greater than allowed."""

    code = "golden_differs"
