"""Errors of conversion.

ConversionFailed   conversion_failed   the converted graph does not answer as the network does
"""

from typing import ClassVar


class ConversionFailed(Exception):
    """The converted graph is not what it was made from; nothing was written.

    Attributes:
        code: A stable word.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "conversion_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
