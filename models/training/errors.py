"""Errors of training and evaluation.

TrainingError       code, message
+-- DataSetError    bad_data_set   images or annotations that are missing or do not fit
"""

from typing import ClassVar


class TrainingError(Exception):
    """Base of every error this room raises on purpose.

    Attributes:
        code: A stable word.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "training_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DataSetError(TrainingError):
    """Images or annotations that are missing, broken, or do not belong together."""

    code = "bad_data_set"
