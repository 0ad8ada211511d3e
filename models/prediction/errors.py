"""Errors of predictions.

ModelError
+-- PredictionError    bad_prediction   pictures, a list of them, or a place that cannot be used
"""

from ..ssd.errors import ModelError


class PredictionError(ModelError):
    """Pictures, a list of them, or a place for the answers that cannot be used."""

    code = "bad_prediction"
