"""Errors of the registry.

ModelError
+-- RegistryError      bad_registry    a registry or a model in it that cannot be used as asked
    +-- UnknownModel   unknown_model   no model or tag has that name
    +-- ModelTaken     model_taken     the id is another model's
    +-- ModelDamaged   model_damaged   content that is not what its digest says
"""

from ..ssd.errors import ModelError


class RegistryError(ModelError):
    """A registry that cannot be reached, read or used as asked."""

    code = "bad_registry"


class UnknownModel(RegistryError):
    """No model and no tag has that name."""

    code = "unknown_model"


class ModelTaken(RegistryError):
    """An id that belongs to another model: what is added stays as it is."""

    code = "model_taken"


class ModelDamaged(RegistryError):
    """Content that is missing, or not what its digest says."""

    code = "model_damaged"
