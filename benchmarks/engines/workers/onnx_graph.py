"""A network as an ONNX file, for engines that read that: ``onnx_graph FILE`` writes the seeded one.

NCHW inside, as those engines like it; the input is the tensor of this project, ``[1, H, W, 3]``,
and each head answers ``[1, H, W, anchors of a cell * columns]``.
"""

import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks.engines.workers.seeded_network import seeded_network
from models.ssd.nets.layers import (
    INPUT,
    NORM_FLOOR,
    Layer,
    LayerWeights,
    Network,
    Weights,
    check_weights,
)

OPSET = 17
_TO_NCHW, _TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]
_CHANNELS_FIRST = f"{INPUT}/nchw"


def onnx_model(network: Network, weights: Weights) -> onnx.ModelProto:
    """Writes a network as an ONNX model in float32.

    Args:
        network: The layers; every kind of them is known.
        weights: Their weights, as ``check_weights`` wants them.

    Returns:
        A model that ONNX's own checker accepts: input ``image``, outputs named as the heads.
    """
    check_weights(network, weights)
    shapes = network.shapes()
    writer = _Writer(shapes)
    writer.node("Transpose", [INPUT], _CHANNELS_FIRST, perm=_TO_NCHW)
    for layer in network.layers:
        writer.layer(layer, weights.get(layer.name))
    for head in network.heads:
        writer.node("Transpose", [writer.name(head)], head, perm=_TO_NHWC)
    graph = helper.make_graph(
        writer.nodes,
        network.name,
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, (1, *shapes[INPUT]))],
        [helper.make_tensor_value_info(head, TensorProto.FLOAT, (1, *shapes[head]))
         for head in network.heads],
        writer.constants,
    )  # fmt: skip
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


class _Writer:
    """Nodes and constants of a graph, layer by layer.

    Attributes:
        nodes: In an order in which they can run.
        constants: The tensors that the nodes name and nobody computes.
    """

    def __init__(self, shapes: dict[str, tuple[int, int, int]]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._shapes = shapes

    @staticmethod
    def name(tensor: str) -> str:
        """Name of a tensor of the network in its NCHW form."""
        return f"{tensor}/nchw"

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        """Adds a node; its output's name."""
        self.nodes.append(helper.make_node(kind, list(inputs), [output], output, **attributes))
        return output

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """Adds a constant; its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def layer(self, layer: Layer, weights: LayerWeights | None) -> None:
        """Adds the nodes of one layer, its activation included."""
        output = self.name(layer.name)
        raw = output if layer.activation == "linear" else f"{layer.name}/raw"
        inputs = [self.name(tensor) for tensor in layer.inputs]
        if layer.convolves and weights is not None:
            self._convolution(layer, weights, inputs[0], raw)
        elif layer.kind == "l2_norm" and weights is not None:
            self._norm(layer, weights, inputs[0], raw)
        elif layer.kind == "add":
            self.node("Add", inputs, raw)
        elif layer.kind == "pad":
            around = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
            self.node("Pad", [*inputs, self.constant(f"{layer.name}/around", around)], raw)
        elif layer.kind == "max_pool":
            self.node("MaxPool", inputs, raw, **self._window(layer))
        else:
            raise ValueError(f"layer {layer.name} of kind {layer.kind!r} cannot be written")
        if layer.activation == "relu":
            self.node("Relu", [raw], output)
        elif layer.activation == "relu6":
            limits = [
                self.constant(f"{layer.name}/{limit:g}", np.float32(limit)) for limit in layer.clip
            ]
            self.node("Clip", [raw, *limits], output)

    def _convolution(self, layer: Layer, weights: LayerWeights, source: str, output: str) -> None:
        # (height, width, in, out) to (out, in, height, width); depthwise is a group a channel.
        axes = (2, 3, 0, 1) if layer.kind == "depthwise" else (3, 2, 0, 1)
        kernel = self.constant(f"{layer.name}/kernel", weights.kernel.transpose(axes))
        bias = self.constant(f"{layer.name}/bias", weights.bias)
        groups = layer.kernel[2] if layer.kind == "depthwise" else 1
        dilations = [layer.dilation] * 2
        self.node("Conv", [source, kernel, bias], output,
                  group=groups, dilations=dilations, **self._window(layer))  # fmt: skip

    def _norm(self, layer: Layer, weights: LayerWeights, source: str, output: str) -> None:
        """Power, sum, floor, root, quotient: the form that engines know as one operation."""
        name = layer.name
        two = self.constant(f"{name}/two", np.float32(2))
        floor = self.constant(f"{name}/floor", np.float32(NORM_FLOOR))
        axis = self.constant(f"{name}/axis", np.array([1], np.int64))
        gains = self.constant(f"{name}/gains", weights.kernel.reshape(1, -1, 1, 1))
        squares = self.node("Pow", [source, two], f"{name}/squares")
        total = self.node("ReduceSum", [squares, axis], f"{name}/sum", keepdims=1)
        total = self.node("Max", [total, floor], f"{name}/floored")
        root = self.node("Sqrt", [total], f"{name}/norm")
        unit = self.node("Div", [source, root], f"{name}/unit")
        self.node("Mul", [unit, gains], output)

    def _window(self, layer: Layer) -> dict[str, list[int]]:
        """Kernel, stride and explicit zeros around, of the layer's SAME or VALID."""
        sides = self._shapes[layer.inputs[0]][:2]
        margins = [layer.margins(side, axis) for axis, side in enumerate(sides)]
        return {
            "kernel_shape": list(layer.kernel[:2]),
            "strides": [layer.stride] * 2,
            "pads": [margins[0][0], margins[1][0], margins[0][1], margins[1][1]],
        }


if __name__ == "__main__":
    onnx.save(onnx_model(*seeded_network()), sys.argv[1])
