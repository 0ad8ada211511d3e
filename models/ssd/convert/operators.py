# ruff: noqa: ANN401  # the schema module is generated, and untyped
"""The operators of LiteRT that layers become: their codes, versions and options."""

from typing import Any

from ai_edge_litert import schema_py_generated as schema

from ..nets.layers import Layer

# Kind of operator -> builtin code, version for float32, version for int8.
_CODES = {
    "conv": (schema.BuiltinOperator.CONV_2D, 1, 3),
    "depthwise": (schema.BuiltinOperator.DEPTHWISE_CONV_2D, 1, 3),
    "add": (schema.BuiltinOperator.ADD, 1, 2),
    "max_pool": (schema.BuiltinOperator.MAX_POOL_2D, 1, 2),
    "pad": (schema.BuiltinOperator.PAD, 1, 2),
    "l2_norm": (schema.BuiltinOperator.L2_NORMALIZATION, 1, 2),
    "multiply": (schema.BuiltinOperator.MUL, 1, 2),
    "quantize": (schema.BuiltinOperator.QUANTIZE, 1, 1),
    "dequantize": (schema.BuiltinOperator.DEQUANTIZE, 1, 2),
}


def operator_code(kind: str, *, integers: bool) -> Any:
    """The entry of an operator in the table of codes.

    Args:
        kind: A kind of layer, or ``multiply``, ``quantize``, ``dequantize``.
        integers: Whether it reads int8.

    Returns:
        The record to be packed.
    """
    builtin, float_version, int8_version = _CODES[kind]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = builtin
    code.version = int8_version if integers else float_version
    return code


def layer_options(layer: Layer) -> tuple[int, Any]:
    """Type and record of the options of a layer's operator."""
    if layer.kind == "pad":
        return schema.BuiltinOptions.PadOptions, schema.PadOptionsT()
    if layer.kind == "l2_norm":
        return _plain(schema.BuiltinOptions.L2NormOptions, schema.L2NormOptionsT())
    if layer.kind == "add":
        options = schema.AddOptionsT()
        options.fusedActivationFunction = _activation(layer)
        return schema.BuiltinOptions.AddOptions, options
    if layer.kind == "max_pool":
        options = schema.Pool2DOptionsT()
        options.filterHeight, options.filterWidth = layer.kernel
        kind = schema.BuiltinOptions.Pool2DOptions
    elif layer.kind == "depthwise":
        options = schema.DepthwiseConv2DOptionsT()
        options.depthMultiplier = 1
        kind = schema.BuiltinOptions.DepthwiseConv2DOptions
    else:
        options = schema.Conv2DOptionsT()
        kind = schema.BuiltinOptions.Conv2DOptions
    if layer.convolves:
        options.dilationHFactor = options.dilationWFactor = layer.dilation
    valid = layer.padding == "valid"
    options.padding = schema.Padding.VALID if valid else schema.Padding.SAME
    options.strideH = options.strideW = layer.stride
    options.fusedActivationFunction = _activation(layer)
    return kind, options


def multiply_options() -> tuple[int, Any]:
    """Type and record of the options of a plain product."""
    return _plain(schema.BuiltinOptions.MulOptions, schema.MulOptionsT())


def _plain(kind: int, options: Any) -> tuple[int, Any]:
    options.fusedActivationFunction = schema.ActivationFunctionType.NONE
    return kind, options


def _activation(layer: Layer) -> int:
    functions = schema.ActivationFunctionType
    known = {"linear": functions.NONE, "relu": functions.RELU, "relu6": functions.RELU6}
    return int(known[layer.activation])
