"""Errors of data sets.

ModelError
+-- DataSetError    bad_data_set   images or annotations that are missing or do not fit
"""

from ..ssd.errors import ImageError, ModelError


class DataSetError(ModelError):
    """Images or annotations that are missing, broken, or do not belong together."""

    code = "bad_data_set"


def unreadable(error: ImageError) -> str:
    """What is wrong with a picture, without what a caller of a function would do about it."""
    return error.message.partition(": ")[0]
