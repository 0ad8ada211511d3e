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

from ..nets.layers import INPUT, Layer, Network, Weights
from .grids import Grid, QuantizedNetwork
from .operators import layer_options, multiply_options, operator_code

_ALIGNMENT = 16
"""Bytes; what the schema asks of weights, so that they can be used where the file is mapped."""

_ONE_ON_EACH_SIDE = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
"""Zeros that ``pad`` puts before and after each axis."""

_FLOAT, _INT8 = np.dtype(np.float32), np.dtype(np.int8)
_TYPES = {
    _FLOAT: schema.TensorType.FLOAT32,
    _INT8: schema.TensorType.INT8,
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
    writer = _GraphWriter(network, {})
    writer.input(INPUT, _FLOAT)
    for layer in network.layers:
        if layer.kind == "l2_norm":
            writer.normalization(layer, weights[layer.name].kernel, layer.inputs[0], layer.name)
            continue
        parameters = []
        if layer.convolves:
            kernel, bias = weights[layer.name]
            parameters = [
                writer.constant(f"{layer.name}/kernel", _stored_kernel(kernel), None),
                writer.constant(f"{layer.name}/bias", bias, None),
            ]
        writer.layer(layer, parameters)
    return writer.content()


def int8_graph(quantized: QuantizedNetwork) -> bytes:
    """The network in int8: per-channel weights, one grid a tensor, int8 outputs.

    The input is int8 where a pixel minus 128 is the network's input exactly; else it is float32,
    and the graph's first step puts it on its grid. Normalizations are computed in float32: over
    hundreds of channels their results would be a few steps of an int8 grid.

    Args:
        quantized: The integers and their grids, the input's among them.

    Returns:
        The content of a ``.tflite`` file.
    """
    writer = _GraphWriter(quantized.network, quantized.grids)
    if quantized.float_input:
        writer.input(_FLOAT_INPUT, _FLOAT)
        writer.step("quantize", _FLOAT_INPUT, INPUT, _INT8)
    else:
        writer.input(INPUT, _INT8)
    for layer in quantized.network.layers:
        source = layer.inputs[0]
        if layer.kind == "l2_norm":
            exact, scaled = f"{layer.name}/exact", f"{layer.name}/scaled"
            writer.step("dequantize", source, exact, _FLOAT)
            writer.normalization(layer, quantized.gammas[layer.name], exact, scaled)
            writer.step("quantize", scaled, layer.name, _INT8)
            continue
        parameters = []
        if layer.convolves:
            kernel, scales, bias = quantized.weights[layer.name]
            axis = 3 if layer.kind == "depthwise" else 0
            weight_grid = _per_channel(scales, axis)
            bias_grid = _per_channel(scales * quantized.grids[source].scale, 0)
            parameters = [
                writer.constant(f"{layer.name}/kernel", _stored_kernel(kernel), weight_grid),
                writer.constant(f"{layer.name}/bias", bias, bias_grid),
            ]
        writer.layer(layer, parameters)
    return writer.content()


_FLOAT_INPUT = f"{INPUT}/exact"


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

    def __init__(self, network: Network, grids: Mapping[str, Grid]) -> None:
        self.network, self.grids = network, grids
        self.buffers = [_AlignedBuffer()]  # buffer 0 means "no constant data"
        self.tensors: list[Any] = []
        self.indices: dict[str, int] = {}
        self.shapes: dict[str, tuple[int, int, int]] = {}
        self.types: dict[str, np.dtype[Any]] = {}
        self.operators: list[Any] = []
        self.codes: list[tuple[str, bool]] = []
        self.source = INPUT

    def input(self, name: str, dtype: np.dtype[Any]) -> None:
        """Adds the tensor that the caller fills."""
        self.source = name
        self._activation(name, (*self.network.input_size, 3), dtype)

    def constant(self, name: str, values: npt.NDArray[Any], quantization: Any) -> int:
        """Adds a constant; returns its tensor index."""
        self.buffers.append(_AlignedBuffer(values.tobytes()))
        return self._tensor(name, values.shape, values.dtype, len(self.buffers) - 1, quantization)

    def layer(self, layer: Layer, parameters: list[int]) -> None:
        """Adds a layer that reads earlier tensors and these constants."""
        source = layer.inputs[0]
        if layer.kind == "pad":
            parameters = [self.constant(f"{layer.name}/zeros", _ONE_ON_EACH_SIDE, None)]
        inputs = [self.indices[name] for name in layer.inputs] + parameters
        shape = layer.result_shape(*self.shapes[source])
        self._operator(layer.kind, inputs, self.types[source], layer_options(layer))
        self.operators[-1].outputs = [self._activation(layer.name, shape, self.types[source])]

    def step(self, kind: str, source: str, result: str, dtype: np.dtype[Any]) -> None:
        """Adds a step from one type to another."""
        self._operator(kind, [self.indices[source]], self.types[source], (0, None))
        self.operators[-1].outputs = [self._activation(result, self.shapes[source], dtype)]

    def normalization(
        self, layer: Layer, gamma: npt.NDArray[np.float32], source: str, result: str
    ) -> None:
        """Adds a normalization in float32 and the product with its weights."""
        shape, unit = self.shapes[source], f"{layer.name}/unit"
        self._operator("l2_norm", [self.indices[source]], _FLOAT, layer_options(layer))
        self.operators[-1].outputs = [self._activation(unit, shape, _FLOAT)]
        inputs = [self.indices[unit], self.constant(f"{layer.name}/gamma", gamma, None)]
        self._operator("multiply", inputs, _FLOAT, multiply_options())
        self.operators[-1].outputs = [self._activation(result, shape, _FLOAT)]

    def content(self) -> bytes:
        """The file."""
        graph = schema.SubGraphT()
        graph.name = self.network.name
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs = [self.indices[self.source]]
        graph.outputs = [self.indices[name] for name in self.network.heads]
        model = schema.ModelT()
        model.version = 3
        model.description = self.network.name
        model.subgraphs, model.buffers = [graph], self.buffers
        model.operatorCodes = [
            operator_code(kind, integers=integers) for kind, integers in self.codes
        ]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def _operator(
        self, kind: str, inputs: list[int], dtype: np.dtype[Any], options: tuple[int, Any]
    ) -> None:
        """Adds an operator; its outputs are set by the caller, as their tensors come after."""
        code = kind, dtype == _INT8
        if code not in self.codes:
            self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.index(code)
        operator.inputs = inputs
        operator.builtinOptionsType, operator.builtinOptions = options
        self.operators.append(operator)

    def _activation(self, name: str, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> int:
        grid = self.grids.get(name) if dtype == _INT8 else None
        quantization = None if grid is None else _per_tensor(grid)
        self.shapes[name], self.types[name] = shape, dtype
        self.indices[name] = self._tensor(name, (1, *shape), dtype, 0, quantization)
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
