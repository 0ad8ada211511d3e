"""Errors of the importers.

ModelError
+-- PackageChanged       bad_package      not the file that was expected, byte for byte
+-- UnreadableModel      unreadable_model a model file that is damaged or of an unknown kind
    +-- VariablesDiffer  unreadable_model a checkpoint with other variables than the network's
"""

from ..errors import ModelError


class PackageChanged(ModelError):
    """The file is not the one whose digest is known."""

    code = "bad_package"


class UnreadableModel(ModelError):
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
