"""Errors of importing.

ImportRefused         code, message
+-- OutputTaken       output_taken     the bundle's place holds something else
+-- BadIdentity       bad_identity     a name that no bundle may have
+-- NoPhotos          no_photos        nothing to calibrate with
"""

from models.commands.errors import CommandError


class ImportRefused(CommandError):
    """Base of every error this room raises on purpose."""

    code = "import_refused"


class OutputTaken(ImportRefused):
    """Writing the bundle there would destroy something that is none."""

    code = "output_taken"


class BadIdentity(ImportRefused):
    """The name is not one that a manifest may have."""

    code = "bad_identity"


class NoPhotos(ImportRefused):
    """The folder has no picture that can be read."""

    code = "no_photos"
