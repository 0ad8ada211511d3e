# ruff: noqa: ANN401  # tensors of a graph that is only known when it runs
"""Runs a TensorFlow.js graph model node by node: the reference that an import is compared with.

It knows the operations between the preprocessed image and the outputs of a detection graph, not the
loops that resize a batch.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from .errors import UnreadableModel
from .tfjs import Array, GraphModel, Node


def run_graph_model(model: GraphModel, feeds: Mapping[str, Array], wanted: str) -> Array:
    """Computes one tensor.

    Args:
        model: The graph model.
        feeds: Values of nodes by name; what lies before them is not computed.
        wanted: Name of the node whose first output is answered.

    Returns:
        Its value.

    Raises:
        UnreadableModel: An operation on the way is not known here.
    """
    nodes = {node.name: node for node in model.nodes}
    done: dict[str, Any] = {name: [value] for name, value in feeds.items()}
    waiting = [wanted]
    while waiting:  # an explicit stack: the graph is deeper than Python's own
        name = waiting[-1]
        missing = [
            source
            for source in (_split(key)[0] for key in nodes[name].inputs)
            if source not in done
        ]
        if name not in done and missing:
            waiting.extend(missing)
            continue
        waiting.pop()
        if name not in done:
            done[name] = _compute(nodes[name], model, done)
    return np.asarray(done[wanted][0])


def _split(key: str) -> tuple[str, int]:
    name, _, output = key.partition(":")
    return name, int(output or 0)


def _compute(node: Node, model: GraphModel, done: Mapping[str, Any]) -> list[Any]:
    if node.op == "Const":
        return [model.weights[node.name]]
    values = []
    for key in node.inputs:
        name, output = _split(key)
        values.append(done[name][output])
    if node.op == "FusedBatchNorm":
        return [_batch_norm(node, values)]
    if node.op == "Unpack":
        return list(tf.unstack(values[0]))
    compute = _OPERATIONS.get(node.op)
    if compute is None:
        known = ", ".join(sorted(_OPERATIONS))
        raise UnreadableModel(f"node {node.name} is a {node.op}, known are {known}")
    return [compute(node, *values)]


def _strides(node: Node) -> list[int]:
    return [int(stride) for stride in node.attributes["strides"]["list"]["i"]]


def _batch_norm(node: Node, values: list[Any]) -> Any:
    image, gamma, beta, mean, variance = values
    epsilon = node.attributes["epsilon"]["f"]
    return tf.nn.batch_normalization(image, mean, variance, beta, gamma, epsilon)


def _conv(node: Node, image: Any, kernel: Any) -> Any:
    return tf.nn.conv2d(image, kernel, _strides(node), "SAME")


def _depthwise(node: Node, image: Any, kernel: Any) -> Any:
    return tf.nn.depthwise_conv2d(image, kernel, _strides(node), "SAME")


def _strided_slice(_: Node, values: Any, begin: Any, __: Any, ___: Any) -> Any:
    """Of the shapes a detection graph slices, only one element is ever wanted."""
    return values[int(begin[0])]


_OPERATIONS: Mapping[str, Any] = {
    "Add": lambda _, left, right: left + right,
    "AddN": lambda _, *values: tf.add_n(values),
    "BiasAdd": lambda _, image, bias: image + bias,
    "ConcatV2": lambda _, *values: tf.concat(values[:-1], int(values[-1])),
    "Conv2D": _conv,
    "DepthwiseConv2dNative": _depthwise,
    "Exp": lambda _, value: tf.exp(value),
    "ExpandDims": lambda _, value, axis: tf.expand_dims(value, int(axis)),
    "Mul": lambda _, left, right: left * right,
    "Pack": lambda node, *values: tf.stack(
        values, int(node.attributes.get("axis", {}).get("i", 0))
    ),
    "Relu6": lambda _, value: tf.nn.relu6(value),
    "Reshape": lambda _, value, shape: tf.reshape(value, shape),
    "Shape": lambda _, value: tf.shape(value),
    "Sigmoid": lambda _, value: tf.sigmoid(value),
    "Slice": lambda _, value, begin, size: tf.slice(value, begin, size),
    "Squeeze": lambda node, value: tf.squeeze(
        value, [int(axis) for axis in node.attributes["squeeze_dims"]["list"]["i"]]
    ),
    "StridedSlice": _strided_slice,
    "Sub": lambda _, left, right: left - right,
    "Tile": lambda _, value, multiples: tf.tile(value, multiples),
    "Transpose": lambda _, value, order: tf.transpose(value, order),
}
