"""Network and weights to a bundle: graph, manifest, and a comparison before anything is written."""

from .bundle import (
    Identity,
    as_float32,
    as_input,
    as_int8,
    float_bundle,
    int8_bundle,
    output_spec,
)
from .errors import ConversionFailed
from .graph import float_graph, int8_graph
from .grids import Grid, QuantizedNetwork, QuantizedWeights

__all__ = [
    "ConversionFailed",
    "Grid",
    "Identity",
    "QuantizedNetwork",
    "QuantizedWeights",
    "as_float32",
    "as_input",
    "as_int8",
    "float_bundle",
    "float_graph",
    "int8_bundle",
    "int8_graph",
    "output_spec",
]
