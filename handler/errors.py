"""Errors that the envelope of a call can cause.

    PayloadError             code, message
    +-- EmptyInput           empty_input     nothing was sent
    +-- NotAnImage           not_an_image    neither an image nor base64 of one
    +-- BadBase64            bad_base64      begins like base64 of an image, but is cut or damaged
    +-- BadOption            bad_option      a setting out of range, or broken JSON
    SettingError                             a setting of the function that stops its start

What is wrong with the image itself is raised by the detector, with a code of its own.
"""

from typing import ClassVar


class PayloadError(Exception):
    """Base of what a caller can do wrong.

    Attributes:
        code: A stable word from the project's error table.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "handler_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EmptyInput(PayloadError):
    """Nothing was sent."""

    code = "empty_input"


class NotAnImage(PayloadError):
    """Neither an image nor base64 of one."""

    code = "not_an_image"


class BadBase64(PayloadError):
    """Base64 that begins like an image but is cut or has foreign characters."""

    code = "bad_base64"


class BadOption(PayloadError):
    """A setting out of range, an unknown one, or an envelope that cannot be read."""

    code = "bad_option"


class SettingError(Exception):
    """A setting of the function that is not usable; it stops the start."""
