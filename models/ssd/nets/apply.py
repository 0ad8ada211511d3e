"""One layer in TensorFlow: what the layers of ``nets.layers`` mean, computed as they say."""

import numpy as np
import tensorflow as tf

from .layers import (
    INPUT,
    NORM_FLOOR,
    Floats,
    Layer,
    LayerWeights,
    Network,
    Weights,
)


def apply_layer(layer: Layer, weights: LayerWeights | None, inputs: list[Floats]) -> Floats:
    """Computes one layer, bias and activation included.

    Args:
        layer: What to compute.
        weights: Its weights; None for a layer without.
        inputs: Tensors ``[N, H, W, C]`` in the order of ``layer.inputs``.

    Returns:
        The result, ``[N, H', W', C']`` float32.
    """
    result = raw_layer(layer, weights, inputs)
    if layer.activation != "linear":
        np.clip(result, *layer.clip, out=result)
    return result


def raw_layer(layer: Layer, weights: LayerWeights | None, inputs: list[Floats]) -> Floats:
    """The same before the activation, in an array of its own."""
    source = inputs[0]
    if layer.kind == "add":
        return np.asarray(source + inputs[1])
    if layer.kind == "pad":
        return np.pad(source, ((0, 0), (1, 1), (1, 1), (0, 0)))
    if layer.kind == "max_pool":
        pooled = tf.nn.max_pool2d(source, layer.kernel, layer.stride, layer.padding.upper())
        return np.array(pooled)
    if weights is None:
        raise ValueError(f"layer {layer.name} needs weights")
    if layer.kind == "l2_norm":
        squares = np.square(source).sum(axis=3, keepdims=True)
        norms = np.sqrt(np.maximum(squares, np.float32(NORM_FLOOR)))
        return np.asarray(source / norms * weights.kernel, np.float32)
    compute = tf.nn.depthwise_conv2d if layer.kind == "depthwise" else tf.nn.conv2d
    strides = [1, layer.stride, layer.stride, 1]
    spread = [layer.dilation] * 2 if layer.kind == "depthwise" else layer.dilation
    padding = layer.padding.upper()
    result = compute(source, weights.kernel, strides, padding, dilations=spread).numpy()
    return np.asarray(np.add(result, weights.bias), np.float32)


def run_network(network: Network, weights: Weights, image: Floats) -> dict[str, Floats]:
    """Computes every layer.

    Args:
        network: The layers.
        weights: Their weights.
        image: ``[N, H, W, 3]`` as ``network.input`` says.

    Returns:
        Every tensor by name, the input among them.
    """
    tensors = {INPUT: image}
    for layer in network.layers:
        inputs = [tensors[name] for name in layer.inputs]
        tensors[layer.name] = apply_layer(layer, weights.get(layer.name), inputs)
    return tensors
