"""Errors of the detector: what can be wrong with a bundle, an image or a setting.

    ModelError               code, message       whatever a room of `models` raises on purpose
    +-- (offline rooms)                          in their own errors.py
    +-- ProfileError             bad_profile         counts that are none, or not comparable
    +-- DetectorError
        +-- BundleError          bad_bundle          a model folder that cannot be trusted or used
        +-- ImageError
        |   +-- NotAnImage       not_an_image        bytes of no known image format
        |   +-- UnsupportedImage unsupported_format  an image, but of a format that is not read here
        |   +-- TruncatedImage   truncated_image     an image that ends early or is damaged
        |   +-- TooManyPixels    too_many_pixels     larger than the limit, known before decoding
        |   +-- TooCostly        too_costly          parts, memory or time over the limit, likewise
        +-- OptionError          bad_option          a threshold, count or class name out of range
        +-- Abandoned            timeout             whoever asked no longer waits for the answer

A door turns ``code`` into a status; nobody outside this room needs the classes.
"""

from typing import ClassVar


class ModelError(Exception):
    """Base of every error that the rooms of models raise on purpose.

    Attributes:
        code: A stable word; the serving room's are in the project's error table.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "model_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ProfileError(ModelError):
    """Counts of what was seen that are broken, or that another release or setting counted."""

    code = "bad_profile"


class DetectorError(ModelError):
    """Base of every error that the serving room raises on purpose."""

    code = "handler_error"


class BundleError(DetectorError):
    """A bundle that cannot be trusted or used: missing, changed, or not understood."""

    code = "bad_bundle"


class ImageError(DetectorError):
    """Base of what can be wrong with the bytes of an image."""


class NotAnImage(ImageError):
    """The bytes are of no known image format."""

    code = "not_an_image"


class UnsupportedImage(ImageError):
    """A known image format that is not read here."""

    code = "unsupported_format"


class TruncatedImage(ImageError):
    """An image of a known format that ends early or is damaged."""

    code = "truncated_image"


class TooManyPixels(ImageError):
    """More pixels than allowed, read from the header before decoding."""

    code = "too_many_pixels"


class TooCostly(ImageError):
    """More scans, chunks, memory or time than a picture may take, known before decoding."""

    code = "too_costly"


class OptionError(DetectorError):
    """A setting of a call that is out of range or unknown."""

    code = "bad_option"


class Abandoned(DetectorError):
    """The rest of a batch, when whoever asked no longer waits for it."""

    code = "timeout"
