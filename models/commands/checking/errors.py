"""Errors of checking.

CheckError            code, message
+-- BadGolden         bad_golden       a file that does not hold what others computed
+-- GoldenDiffers     golden_differs   the code computes something else than is in the file
"""

from models.commands.errors import CommandError


class CheckError(CommandError):
    """Base of every error this room raises on purpose."""

    code = "check_failed"


class BadGolden(CheckError):
    """The file is damaged, or lacks arrays, or they do not fit one another."""

    code = "bad_golden"


class GoldenDiffers(CheckError):
    """A difference is greater than allowed."""

    code = "golden_differs"
