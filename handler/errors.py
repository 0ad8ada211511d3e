"""Errors that the envelope of a call can cause.

    PayloadError             code, message
    +-- EmptyInput           empty_input     nothing was sent
    +-- NotAnImage           not_an_image    neither an image nor base64 of one
    +-- BadBase64            bad_base64      begins like base64 of an image, but is cut or damaged
    +-- BadOption            bad_option      a setting out of range, or broken JSON
    +-- UnknownCoding        unsupported_format  a Content-Encoding that is not read here
    +-- BodyTooLarge         body_too_large  a body that unpacks to more than a body may have
    +-- TooCostly            too_costly      an envelope or a batch that would take too much
    +-- Deferred             overloaded      a long call; whoever runs calls runs it apart
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


class UnknownCoding(PayloadError):
    """A Content-Encoding that is not read here."""

    code = "unsupported_format"


class BodyTooLarge(PayloadError):
    """A body that unpacks to more than a body may have."""

    code = "body_too_large"


class TooCostly(PayloadError):
    """An envelope of more parts, or pictures of more work, than a call may have."""

    code = "too_costly"


class Deferred(PayloadError):
    """A call that will be long: run it again where it keeps no short ones waiting.

    Attributes:
        defer: True, as a sign for whoever runs calls.
    """

    code = "overloaded"
    defer = True


class SettingError(Exception):
    """A setting of the function that is not usable; it stops the start."""
