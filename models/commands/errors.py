"""What every error of the commands' own rooms has: a code, and one line for a person."""

from typing import ClassVar


class CommandError(Exception):
    """Base of the errors that a verb raises on purpose.

    Attributes:
        code: A stable word.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "command_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
