# ruff: noqa: ANN401  # the schema module is generated, and untyped
"""Writes a network as a LiteRT flatbuffer, operator by operator.

The graph has nothing but the network: fused activations, raw heads, and the network's own names.
The same weights give the same bytes on every machine, which a general converter does not promise.
Schema: tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3.
"""

from collections.abc import Mapping
from typing import Any  # the schema module is generated, and untyped

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from models.ssd.convert.grids import Grid, QuantizedNetwork
from models.ssd.nets.layers import INPUT, Layer, Network, Weights

_ALIGNMENT = 16
"""Bytes; what the schema asks of weights, so that they can be used where the file is mapped."""

_VERSIONS = {"float32": {"conv": 1, "depthwise": 1, "add": 1},
             "int8": {"conv": 3, "depthwise": 3, "add": 2}}  # fmt: skip
_OPERATORS = {
    "conv": schema.BuiltinOperator.CONV_2D,
    "depthwise": schema.BuiltinOperator.DEPTHWISE_CONV_2D,
    "add": schema.BuiltinOperator.ADD,
}
_TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int32): schema.TensorType.INT32,
}


def float_graph(network: Network, weights: Weights) -> bytes:
    """The network with float32 weights, input and outputs.

    Args:
        network: The layers.
        weights: Their weights.

    Returns:
        The content of a ``.tflite`` file.
    """
    writer = _GraphWriter(network, np.dtype(np.float32), {})
    for layer in network.layers:
        parameters = []
        if layer.kind != "add":
            kernel, bias = weights[layer.name]
            parameters = [
                writer.constant(f"{layer.name}/kernel", _stored_kernel(kernel), None),
                writer.constant(f"{layer.name}/bias", bias, None),
            ]
        writer.operator(layer, parameters)
    return writer.content()


def int8_graph(quantized: QuantizedNetwork) -> bytes:
    """The network in int8: per-channel weights, one grid a tensor, int8 input and outputs.

    Args:
        quantized: The integers and their grids, the input's among them.

    Returns:
        The content of a ``.tflite`` file.
    """
    writer = _GraphWriter(quantized.network, np.dtype(np.int8), quantized.grids)
    for layer in quantized.network.layers:
        parameters = []
        if layer.kind != "add":
            kernel, scales, bias = quantized.weights[layer.name]
            axis = 3 if layer.kind == "depthwise" else 0
            weight_grid = _per_channel(scales, axis)
            bias_grid = _per_channel(scales * quantized.grids[layer.inputs[0]].scale, 0)
            parameters = [
                writer.constant(f"{layer.name}/kernel", _stored_kernel(kernel), weight_grid),
                writer.constant(f"{layer.name}/bias", bias, bias_grid),
            ]
        writer.operator(layer, parameters)
    return writer.content()


def _stored_kernel(kernel: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """HWIO to the format's OHWI; for depthwise HWC1 to 1HWC."""
    return np.ascontiguousarray(np.transpose(kernel, (3, 0, 1, 2)))


def _per_channel(scales: npt.NDArray[np.float32], axis: int) -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale = scales.astype(np.float32)
    quantization.zeroPoint = np.zeros(scales.size, np.int64)
    quantization.quantizedDimension = axis
    return quantization


def _per_tensor(grid: Grid) -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale = np.array([grid.scale], np.float32)
    quantization.zeroPoint = np.array([grid.zero_point], np.int64)
    return quantization


class _AlignedBuffer(schema.BufferT):  # type: ignore[misc]  # the schema module is untyped
    """A buffer whose data starts at a multiple of 16 bytes, which the generated code leaves out."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__()
        self._content = content

    # The generated code calls it by this name.
    def Pack(self, builder: flatbuffers.Builder) -> int:  # noqa: N802  # pylint: disable=invalid-name
        """Writes the buffer; returns its offset."""
        if not self._content:
            return int(super().Pack(builder))
        size = len(self._content)
        builder.StartVector(1, size, _ALIGNMENT)
        builder.head -= size
        builder.Bytes[builder.head : builder.head + size] = self._content
        data = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, data)
        return int(schema.BufferEnd(builder))


class _GraphWriter:
    """Collects tensors, buffers and operators, then packs them."""

    def __init__(self, network: Network, dtype: np.dtype[Any], grids: Mapping[str, Grid]) -> None:
        self.network, self.dtype, self.grids = network, dtype, grids
        self.buffers = [_AlignedBuffer()]  # buffer 0 means "no constant data"
        self.tensors: list[Any] = []
        self.indices: dict[str, int] = {}
        self.shapes: dict[str, tuple[int, int, int]] = {}
        self.operators: list[Any] = []
        self.kinds: list[str] = []
        self._activation(INPUT, (*network.input_size, 3))

    def constant(self, name: str, values: npt.NDArray[Any], quantization: Any) -> int:
        """Adds a constant; returns its tensor index."""
        self.buffers.append(_AlignedBuffer(values.tobytes()))
        return self._tensor(name, values.shape, values.dtype, len(self.buffers) - 1, quantization)

    def operator(self, layer: Layer, parameters: list[int]) -> None:
        """Adds a layer that reads earlier tensors and these constants."""
        operator = schema.OperatorT()
        if layer.kind not in self.kinds:
            self.kinds.append(layer.kind)
        operator.opcodeIndex = self.kinds.index(layer.kind)
        operator.inputs = [self.indices[name] for name in layer.inputs] + parameters
        operator.outputs = [self._activation(layer.name, self._result_shape(layer))]
        operator.builtinOptionsType, operator.builtinOptions = _options(layer)
        self.operators.append(operator)

    def content(self) -> bytes:
        """The file."""
        graph = schema.SubGraphT()
        graph.name = self.network.name
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs = [self.indices[INPUT]]
        graph.outputs = [self.indices[name] for name in self.network.heads]
        model = schema.ModelT()
        model.version = 3
        model.description = self.network.name
        model.subgraphs, model.buffers = [graph], self.buffers
        model.operatorCodes = [self._operator_code(kind) for kind in self.kinds]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def _operator_code(self, kind: str) -> Any:
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = _OPERATORS[kind]
        code.version = _VERSIONS[self.dtype.name][kind]
        return code

    def _activation(self, name: str, shape: tuple[int, int, int]) -> int:
        grid = self.grids.get(name)
        quantization = None if grid is None else _per_tensor(grid)
        self.shapes[name] = shape
        self.indices[name] = self._tensor(name, (1, *shape), self.dtype, 0, quantization)
        self.tensors[-1].shapeSignature = [-1, *shape]  # any number of images
        return self.indices[name]

    def _tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        buffer: int,
        quantization: Any,
    ) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), _TYPES[dtype]
        tensor.buffer, tensor.quantization = buffer, quantization
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def _result_shape(self, layer: Layer) -> tuple[int, int, int]:
        height, width, channels = self.shapes[layer.inputs[0]]
        if layer.kind == "add":
            return height, width, channels
        return -(-height // layer.stride), -(-width // layer.stride), layer.bias


def _options(layer: Layer) -> tuple[int, Any]:
    activation = schema.ActivationFunctionType
    kinds = {
        "conv": (schema.BuiltinOptions.Conv2DOptions, schema.Conv2DOptionsT),
        "depthwise": (schema.BuiltinOptions.DepthwiseConv2DOptions, schema.DepthwiseConv2DOptionsT),
        "add": (schema.BuiltinOptions.AddOptions, schema.AddOptionsT),
    }
    kind, record = kinds[layer.kind]
    options = record()
    options.fusedActivationFunction = activation.RELU6 if layer.relu6 else activation.NONE
    if layer.kind != "add":
        options.padding = schema.Padding.SAME
        options.strideH = options.strideW = layer.stride
        options.dilationHFactor = options.dilationWFactor = 1
    if layer.kind == "depthwise":
        options.depthMultiplier = 1
    return kind, options
