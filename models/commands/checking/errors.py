"""Errors of checking.

ModelError
+-- BadGolden         bad_golden       a file that does not hold what others computed
+-- GoldenDiffers     golden_differs   the code computes something else than is in the file
"""

from ...ssd.errors import ModelError


class BadGolden(ModelError):
    """The file is damaged, or lacks arrays, or they do not fit one another."""

    code = "bad_golden"


class GoldenDiffers(ModelError):
    """A difference is greater than allowed."""

    code = "golden_differs"
