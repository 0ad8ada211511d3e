"""Network and weights to a bundle: graph, manifest, and a comparison before anything is written."""

from models.ssd.convert.bundle import Identity, float_bundle, int8_bundle
from models.ssd.convert.errors import ConversionFailed
from models.ssd.convert.grids import Grid, QuantizedWeights

__all__ = [
    "ConversionFailed",
    "Grid",
    "Identity",
    "QuantizedWeights",
    "float_bundle",
    "int8_bundle",
]
