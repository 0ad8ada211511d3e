"""Writes a network as a TensorFlow SavedModel bundle: for a GPU, or to be trained further."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import tensorflow as tf

from ..manifest import Manifest
from ..nets.layers import INPUT, NORM_FLOOR, Floats, Layer, Network, Weights, check_weights
from .bundle import LABELS_FILE, Identity, describe, labels_file
from .check import difference
from .errors import ConversionFailed
from .folder import write_bundle

GRAPH_FOLDER = "saved_model"

_TOLERANCES = {"float32": 1e-3, "bfloat16": 0.5}
"""Root mean square of an output, in its own unit. bfloat16 keeps 8 bits of a number: a tenth of a
logit is seen through thirty layers."""

Precision = Literal["float32", "bfloat16"]


def saved_model_bundle(
    folder: Path,
    network: Network,
    weights: Weights,
    identity: Identity,
    examples: tuple[Floats, Mapping[str, Floats]],
    precision: Precision,
) -> Manifest:
    """Converts to a SavedModel and writes the bundle.

    Args:
        folder: Where the bundle is to be.
        network: The layers.
        weights: Their weights.
        identity: Name, classes and origin.
        examples: A few inputs ``[N, H, W, 3]`` as ``network.input`` says, and what the network
            answers to them, by output name.
        precision: Numeric type of weights and activations; input and outputs are float32.

    Returns:
        The manifest as written.

    Raises:
        ConversionFailed: The SavedModel does not answer as the network does; nothing is written.
    """
    check_weights(network, weights)
    with tempfile.TemporaryDirectory(prefix="saved-model-") as scratch:
        export(Path(scratch), network, weights, precision)
        _check(Path(scratch), *examples, _TOLERANCES[precision])
        contents = {
            f"{GRAPH_FOLDER}/{file.relative_to(scratch).as_posix()}": file.read_bytes()
            for file in sorted(Path(scratch).rglob("*"))
            if file.is_file()
        }
    manifest = msgspec.structs.replace(
        describe(network, identity, "float32"),
        engine="tensorflow",
        precision=precision,
        graph=GRAPH_FOLDER,
    )
    return write_bundle(folder, manifest, contents | {LABELS_FILE: labels_file(identity)})


def export(folder: Path, network: Network, weights: Weights, precision: Precision) -> None:
    """Writes the SavedModel alone; its ``serving_default`` maps ``image`` to the heads by name."""
    module = _Module(network, weights, tf.dtypes.as_dtype(precision))
    signature = module.serve.get_concrete_function()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": signature})


class _Module(tf.Module):  # type: ignore[misc]  # TensorFlow is untyped
    """The network with its weights as variables of one type."""

    def __init__(self, network: Network, weights: Weights, dtype: Any) -> None:  # noqa: ANN401
        super().__init__(name=network.name)
        self._network, self._dtype = network, dtype
        self._kernels = {}
        self._biases = {}
        for name, (kernel, bias) in weights.items():
            self._kernels[name] = tf.Variable(tf.cast(kernel, dtype), trainable=False)
            if bias.size:
                self._biases[name] = tf.Variable(tf.cast(bias, dtype), trainable=False)
        shape = [None, *network.input_size, 3]
        self.serve = tf.function(
            self._run, input_signature=[tf.TensorSpec(shape, tf.float32, name=INPUT)]
        )

    def _run(self, image: Any) -> dict[str, Any]:  # noqa: ANN401
        tensors = {INPUT: tf.cast(image, self._dtype)}
        for layer in self._network.layers:
            tensors[layer.name] = self._layer(layer, [tensors[name] for name in layer.inputs])
        return {name: tf.cast(tensors[name], tf.float32) for name in self._network.heads}

    def _layer(self, layer: Layer, inputs: list[Any]) -> Any:  # noqa: ANN401
        source = inputs[0]
        if layer.kind == "add":
            result = inputs[0] + inputs[1]
        elif layer.kind == "pad":
            result = tf.pad(source, [[0, 0], [1, 1], [1, 1], [0, 0]])
        elif layer.kind == "max_pool":
            result = tf.nn.max_pool2d(source, layer.kernel, layer.stride, layer.padding.upper())
        elif layer.kind == "l2_norm":
            # Squares of hundreds of channels are more than bfloat16 can add up.
            exact = tf.cast(source, tf.float32)
            squares = tf.reduce_sum(tf.square(exact), axis=-1, keepdims=True)
            unit = exact * tf.math.rsqrt(tf.maximum(squares, NORM_FLOOR))
            result = tf.cast(unit, self._dtype) * self._kernels[layer.name]
        else:
            result = self._convolution(layer, source)
        activations = {"linear": tf.identity, "relu": tf.nn.relu, "relu6": tf.nn.relu6}
        return activations[layer.activation](result)

    def _convolution(self, layer: Layer, source: Any) -> Any:  # noqa: ANN401
        kernel, bias = self._kernels[layer.name], self._biases[layer.name]
        strides, padding = [1, layer.stride, layer.stride, 1], layer.padding.upper()
        if layer.kind == "depthwise":
            spread = [layer.dilation] * 2
            result = tf.nn.depthwise_conv2d(source, kernel, strides, padding, dilations=spread)
        else:
            result = tf.nn.conv2d(source, kernel, strides, padding, dilations=layer.dilation)
        return tf.nn.bias_add(result, bias)


def _check(folder: Path, images: Floats, expected: Mapping[str, Floats], tolerance: float) -> None:
    model = tf.saved_model.load(str(folder))
    answers = model.signatures["serving_default"](image=tf.constant(images))
    for name, wanted in expected.items():
        error = difference(np.asarray(answers[name]), wanted)
        if not error <= tolerance:
            raise ConversionFailed(
                f"output {name} of the SavedModel is {error:.2g} off (root mean square), "
                f"allowed is {tolerance:.2g}: nothing was written"
            )
