"""Errors of conversion.

ModelError
+-- ConversionFailed   conversion_failed   the converted graph does not answer as the network does
"""

from ..errors import ModelError


class ConversionFailed(ModelError):
    """The converted graph is not what it was made from; nothing was written."""

    code = "conversion_failed"
