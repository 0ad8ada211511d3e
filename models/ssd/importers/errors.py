"""Errors of the importers.

ImportFailed             code, message
+-- PackageChanged       bad_package      not the file that was expected, byte for byte
+-- UnreadableModel      unreadable_model a model file that is damaged or of an unknown kind
    +-- VariablesDiffer  unreadable_model a checkpoint with other variables than the network's
"""

from typing import ClassVar


class ImportFailed(Exception):
    """Base of what can go wrong while weights are read.

    Attributes:
        code: A stable word.
        message: One line for a person: what came, what is allowed, what to do.
    """

    code: ClassVar[str] = "import_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PackageChanged(ImportFailed):
    """The file is not the one whose digest is known."""

    code = "bad_package"


class UnreadableModel(ImportFailed):
    """The model cannot be read: damaged, or of a kind that is not known here."""

    code = "unreadable_model"


class VariablesDiffer(UnreadableModel):
    """A checkpoint whose variables are not those of the network.

    Attributes:
        differences: One line a variable.
    """

    def __init__(self, message: str, differences: tuple[str, ...]) -> None:
        super().__init__(message)
        self.differences = differences
