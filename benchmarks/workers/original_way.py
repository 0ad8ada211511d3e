"""The original tutorial's way as a program: network rebuilt, weights restored, on every call.

A plain comparison, for TensorFlow's environment. The network is this project's default one, so that
nothing but the way differs; its weights are random, which changes no time.
"""

import os
import tempfile
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmarks.harness.accounting import memory
from benchmarks.harness.commands import commands, milliseconds, reply
from models.ssd.nets.layers import INPUT, Network
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2

v1 = tf.compat.v1
_SPREAD = 0.05
_RARELY = -4.0
"""Bias of the class columns: few boxes pass the threshold, as on a photo."""


def _build(network: Network) -> tuple[object, list[object]]:
    """Builds the network in the default graph: its input, and all its outputs."""
    rows, columns = network.input_size
    tensors = {INPUT: v1.placeholder(tf.float32, (1, rows, columns, 3))}
    for layer in network.layers:
        inputs = [tensors[name] for name in layer.inputs]
        if layer.kind == "add":
            tensors[layer.name] = inputs[0] + inputs[1]
            continue
        bias = _RARELY if layer.name in network.scores else 0.0
        with v1.variable_scope(layer.name):
            draw = v1.random_normal_initializer(stddev=_SPREAD, seed=1)
            kernel = v1.get_variable("kernel", layer.kernel, initializer=draw)
            biases = v1.get_variable(
                "bias", (layer.bias,), initializer=v1.constant_initializer(bias)
            )
        compute = tf.nn.depthwise_conv2d if layer.kind == "depthwise" else tf.nn.conv2d
        strides = [1, layer.stride, layer.stride, 1]
        result = compute(inputs[0], kernel, strides, "SAME") + biases
        tensors[layer.name] = tf.nn.relu6(result) if layer.activation == "relu6" else result
    return tensors[INPUT], [tensors[name] for name in network.heads]


def _save(network: Network, checkpoint: Path) -> None:
    with v1.Graph().as_default(), v1.Session() as session:
        _build(network)
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, str(checkpoint))


def call(network: Network, checkpoint: Path, encoded: bytes) -> int:
    """Number of scores above the threshold; decoding those few boxes would take no time."""
    pixels = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    resized = np.asarray(cv2.resize(np.asarray(pixels), network.input_size), np.float32)
    with v1.Graph().as_default(), v1.Session() as session:
        source, outputs = _build(network)
        v1.train.Saver().restore(session, str(checkpoint))
        found = session.run(outputs, {source: (resized / 127.5 - 1)[None]})
    logits: list[npt.NDArray[np.float32]] = found[: len(network.scores)]
    return int(sum(np.count_nonzero(each > 0) for each in logits))


def main() -> None:
    """Serves commands: each makes one call and answers its milliseconds and the memory after."""
    v1.disable_eager_execution()
    v1.logging.set_verbosity(v1.logging.ERROR)
    network = ssdlite_mobilenet_v2()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        checkpoint = Path(folder) / "weights"
        _save(network, checkpoint)
        for command in commands():
            encoded = Path(command["photo"]).read_bytes()
            (taken,) = milliseconds(partial(call, network, checkpoint, encoded), 1)
            reply({"ms": taken, "rss": memory([os.getpid()]).rss})


if __name__ == "__main__":
    main()
