import pytest
from ai_edge_litert import schema_py_generated as schema

from models.ssd.convert.operators import layer_options, multiply_options, operator_code
from models.ssd.nets.layers import Layer


def layer(kind, kernel=(3, 3, 2, 4), **settings):
    return Layer("it", kind, ("x",), kernel, **settings)


@pytest.mark.parametrize(
    ("kind", "integers", "builtin", "version"),
    [
        ("conv", False, "CONV_2D", 1), ("conv", True, "CONV_2D", 3),
        ("depthwise", True, "DEPTHWISE_CONV_2D", 3), ("add", True, "ADD", 2),
        ("quantize", False, "QUANTIZE", 1), ("dequantize", True, "DEQUANTIZE", 2),
    ],
)  # fmt: skip
def test_codes_and_versions(kind, integers, builtin, version):
    code = operator_code(kind, integers=integers)
    assert code.builtinCode == getattr(schema.BuiltinOperator, builtin)
    # Old readers look here.
    assert code.deprecatedBuiltinCode == code.builtinCode
    assert code.version == version


def test_a_convolutions_options():
    kind, options = layer_options(
        layer("conv", stride=2, dilation=6, padding="valid", activation="relu6")
    )
    assert kind == schema.BuiltinOptions.Conv2DOptions
    assert (options.strideH, options.strideW) == (2, 2)
    assert (options.dilationHFactor, options.dilationWFactor) == (6, 6)
    assert options.padding == schema.Padding.VALID
    assert options.fusedActivationFunction == schema.ActivationFunctionType.RELU6


def test_a_depthwise_convolution_has_one_filter_a_channel():
    kind, options = layer_options(layer("depthwise", (3, 3, 2, 1), activation="relu"))
    assert kind == schema.BuiltinOptions.DepthwiseConv2DOptions
    assert (options.depthMultiplier, options.padding) == (1, schema.Padding.SAME)
    assert options.fusedActivationFunction == schema.ActivationFunctionType.RELU


def test_a_pools_window():
    kind, options = layer_options(layer("max_pool", (2, 3), stride=1))
    assert kind == schema.BuiltinOptions.Pool2DOptions
    assert (options.filterHeight, options.filterWidth, options.strideH) == (2, 3, 1)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("pad", "PadOptions"), ("l2_norm", "L2NormOptions"), ("add", "AddOptions")],
)
def test_operators_without_a_kernel(kind, options):
    found, record = layer_options(layer(kind, (), activation="linear"))
    assert found == getattr(schema.BuiltinOptions, options)
    if kind != "pad":
        assert record.fusedActivationFunction == schema.ActivationFunctionType.NONE
    assert multiply_options()[0] == schema.BuiltinOptions.MulOptions
