"""A network as a Keras model, for training; and the way back to plain weights."""

from typing import Any

import keras
import numpy as np

from models.ssd.nets.layers import INPUT, Layer, LayerWeights, Network, Weights, check_weights


def keras_model(network: Network, weights: Weights | None = None) -> keras.Model:
    """Builds the model.

    Args:
        network: The layers.
        weights: Their weights; freshly drawn ones when None.

    Returns:
        A model from ``[N, H, W, 3]``, -1..1, to one tensor a head, by the head's name.
    """
    image = keras.Input((*network.input_size, 3), name=INPUT)
    tensors: dict[str, Any] = {INPUT: image}
    for layer in network.layers:
        inputs = [tensors[name] for name in layer.inputs]
        tensors[layer.name] = _keras_layer(layer)(inputs if layer.kind == "add" else inputs[0])
    model = keras.Model(image, {name: tensors[name] for name in network.heads}, name=network.name)
    if weights is not None:
        check_weights(network, weights)
        for name, (kernel, bias) in weights.items():
            model.get_layer(_keras_name(name)).set_weights([kernel, bias])
    return model


def keras_weights(model: keras.Model, network: Network) -> dict[str, LayerWeights]:
    """The weights of a model that ``keras_model`` built, by layer: its inverse."""
    weights = {}
    for layer in network.layers:
        if layer.kind != "add":
            kernel, bias = model.get_layer(_keras_name(layer.name)).get_weights()
            weights[layer.name] = LayerWeights(
                np.asarray(kernel, np.float32), np.asarray(bias, np.float32)
            )
    return weights


def _keras_name(name: str) -> str:
    """Keras keeps slashes for itself."""
    return name.replace("/", "__")


def _keras_layer(layer: Layer) -> keras.layers.Layer:
    name = _keras_name(layer.name)
    if layer.kind == "add":
        return keras.layers.Add(name=name)
    settings = {
        "kernel_size": layer.kernel[:2],
        "strides": layer.stride,
        "padding": "same",
        "activation": "relu6" if layer.relu6 else None,
        "name": name,
    }
    if layer.kind == "depthwise":
        return keras.layers.DepthwiseConv2D(**settings)
    return keras.layers.Conv2D(filters=layer.kernel[3], **settings)
