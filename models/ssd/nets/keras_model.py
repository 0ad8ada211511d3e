"""A network as a Keras model, for training; and the way back to plain weights."""

from typing import Any

import keras
import numpy as np

from .layers import (
    INPUT,
    NORM_FLOOR,
    Layer,
    LayerWeights,
    Network,
    Weights,
    check_weights,
)

_GAMMA = 20.0
"""First weight of each channel of ``l2_norm`` (SSD, arXiv:1512.02325, section 3)."""


def keras_model(network: Network, weights: Weights | None = None) -> keras.Model:
    """Builds the model.

    Args:
        network: The layers.
        weights: Their weights; freshly drawn ones when None.

    Returns:
        A model from ``[N, H, W, 3]``, as ``network.input`` says, to one tensor a head, by the
        head's name.
    """
    image = keras.Input((*network.input_size, 3), name=INPUT)
    tensors: dict[str, Any] = {INPUT: image}
    for layer in network.layers:
        inputs = [tensors[name] for name in layer.inputs]
        tensors[layer.name] = _keras_layer(layer)(inputs if layer.kind == "add" else inputs[0])
    model = keras.Model(image, {name: tensors[name] for name in network.heads}, name=network.name)
    if weights is not None:
        check_weights(network, weights)
        put_weights(model, weights)
    return model


def put_weights(model: keras.Model, weights: Weights) -> None:
    """Gives a model that ``keras_model`` built other weights, by layer."""
    for name, (kernel, bias) in weights.items():
        arrays = [kernel, bias] if bias.size else [kernel]
        model.get_layer(_keras_name(name)).set_weights(arrays)


def keras_weights(model: keras.Model, network: Network) -> dict[str, LayerWeights]:
    """The weights of a model that ``keras_model`` built, by layer: its inverse."""
    weights = {}
    for layer in network.layers:
        if layer.weighted:
            arrays = model.get_layer(_keras_name(layer.name)).get_weights()
            kernel, bias = arrays if layer.bias else (*arrays, np.empty(0))
            weights[layer.name] = LayerWeights(
                np.asarray(kernel, np.float32), np.asarray(bias, np.float32)
            )
    return weights


class L2Normalization(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Divides each position by its norm over the channels, then scales each channel."""

    gamma: Any

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Makes the scales, one a channel."""
        # Keras' own place for weights, whose shape is only known now.
        self.gamma = self.add_weight(  # pylint: disable=attribute-defined-outside-init
            shape=(input_shape[-1],), initializer=keras.initializers.Constant(_GAMMA), name="gamma"
        )

    def call(self, inputs: Any) -> Any:  # noqa: ANN401 - Keras is untyped
        """Computes it, ``[N, H, W, C]``."""
        squares = keras.ops.sum(keras.ops.square(inputs), axis=-1, keepdims=True)
        return inputs * keras.ops.rsqrt(keras.ops.maximum(squares, NORM_FLOOR)) * self.gamma


def _keras_name(name: str) -> str:
    """Keras keeps slashes for itself."""
    return name.replace("/", "__")


def _keras_layer(layer: Layer) -> keras.layers.Layer:
    name = _keras_name(layer.name)
    if layer.kind == "add":
        return keras.layers.Add(name=name)
    if layer.kind == "pad":
        return keras.layers.ZeroPadding2D(1, name=name)
    if layer.kind == "l2_norm":
        return L2Normalization(name=name)
    if layer.kind == "max_pool":
        return keras.layers.MaxPooling2D(layer.kernel, layer.stride, layer.padding, name=name)
    settings = {
        "kernel_size": layer.kernel[:2],
        "strides": layer.stride,
        "dilation_rate": layer.dilation,
        "padding": layer.padding,
        "activation": None if layer.activation == "linear" else layer.activation,
        "name": name,
    }
    if layer.kind == "depthwise":
        return keras.layers.DepthwiseConv2D(**settings)
    return keras.layers.Conv2D(filters=layer.kernel[3], **settings)
