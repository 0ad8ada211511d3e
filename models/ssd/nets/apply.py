"""One layer in TensorFlow: what the layers of ``nets.layers`` mean, computed as they say."""

import numpy as np
import tensorflow as tf

from models.ssd.nets.layers import INPUT, Floats, Layer, LayerWeights, Network, Weights


def apply_layer(layer: Layer, weights: LayerWeights | None, inputs: list[Floats]) -> Floats:
    """Computes one layer, bias and activation included.

    Args:
        layer: What to compute.
        weights: Its weights; None for ``add``.
        inputs: Tensors ``[N, H, W, C]`` in the order of ``layer.inputs``.

    Returns:
        The result, ``[N, H', W', C']`` float32.
    """
    result = raw_layer(layer, weights, inputs)
    if layer.relu6:
        np.clip(result, 0.0, 6.0, out=result)
    return result


def raw_layer(layer: Layer, weights: LayerWeights | None, inputs: list[Floats]) -> Floats:
    """The same before the activation, in an array of its own."""
    if weights is None:
        return np.asarray(inputs[0] + inputs[1])
    strides = [1, layer.stride, layer.stride, 1]
    compute = tf.nn.depthwise_conv2d if layer.kind == "depthwise" else tf.nn.conv2d
    result = compute(inputs[0], weights.kernel, strides, "SAME").numpy()
    return np.asarray(np.add(result, weights.bias), np.float32)


def run_network(network: Network, weights: Weights, image: Floats) -> dict[str, Floats]:
    """Computes every layer.

    Args:
        network: The layers.
        weights: Their weights.
        image: ``[N, H, W, 3]``, -1..1.

    Returns:
        Every tensor by name, the input among them.
    """
    tensors = {INPUT: image}
    for layer in network.layers:
        inputs = [tensors[name] for name in layer.inputs]
        tensors[layer.name] = apply_layer(layer, weights.get(layer.name), inputs)
    return tensors
