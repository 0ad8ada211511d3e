"""Errors of importing.

ImportRefused         code, message
+-- OutputTaken       output_taken     the bundle's place holds something else
+-- BadIdentity       bad_identity     a name that no bundle may have
+-- NoPhotos          no_photos        nothing to calibrate with
"""

from typing import ClassVar


class ImportRefused(Exception):
    """Base of every error this room raises on purpose.

    Attributes:
        code: A stable word.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "import_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class OutputTaken(ImportRefused):
    """Writing the bundle there would destroy something that is none."""

    code = "output_taken"


class BadIdentity(ImportRefused):
    """The name is not one that a manifest may have."""

    code = "bad_identity"


class NoPhotos(ImportRefused):
    """The folder has no picture that can be read."""

    code = "no_photos"
