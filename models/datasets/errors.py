"""Errors of data sets.

ModelError
+-- DataSetError    bad_data_set   images or annotations that are missing or do not fit
"""

from ..ssd.errors import ModelError


class DataSetError(ModelError):
    """Images or annotations that are missing, broken, or do not belong together."""

    code = "bad_data_set"
