import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from models.ssd.convert import Grid, QuantizedNetwork, QuantizedWeights, as_float32, as_int8
from models.ssd.convert.bundle import reads_pixels
from models.ssd.convert.check import check_graph, run_graph
from models.ssd.convert.graph import float_graph, int8_graph
from models.ssd.convert.grids import grid_over


def by_hand(network, weights, images):
    """The network in plain loops over taps: slow, and nobody's library."""
    tensors = {"image": images}
    for layer in network.layers:
        source = tensors[layer.inputs[0]]
        if layer.kind == "add":
            result = source + tensors[layer.inputs[1]]
        elif layer.kind == "pad":
            result = np.zeros((len(source), *layer.result_shape(*source.shape[1:])))
            result[:, 1:-1, 1:-1] = source
        elif layer.kind == "l2_norm":
            result = source / np.linalg.norm(source, axis=3, keepdims=True)
            result = result * weights[layer.name].kernel
        elif layer.kind == "max_pool":
            result = np.max(list(seen_by_taps(layer, source, -np.inf)), axis=0)
        else:
            result = convolve(layer, weights[layer.name].kernel, source)
            result = result + weights[layer.name].bias
        tensors[layer.name] = np.clip(result, *layer.clip)
    return {name: tensors[name] for name in network.heads}


def seen_by_taps(layer, image, border):
    """For each tap of the kernel, row by row, what it sees at every place it is put."""
    _, height, width, _ = image.shape
    rows, columns = layer.steps(height, 0), layer.steps(width, 1)
    pads = [layer.margins(height, 0), layer.margins(width, 1)]
    padded = np.pad(image, ((0, 0), *pads, (0, 0)), constant_values=border)
    for y in range(layer.kernel[0]):
        for x in range(layer.kernel[1]):
            seen = padded[:, y * layer.dilation :, x * layer.dilation :]
            yield seen[:, :: layer.stride, :: layer.stride][:, :rows, :columns]


def convolve(layer, kernel, image):
    taps = kernel.reshape(-1, *kernel.shape[2:])
    return sum(
        seen * tap[:, 0] if layer.kind == "depthwise" else seen @ tap
        for seen, tap in zip(seen_by_taps(layer, image, 0), taps, strict=True)
    )


def test_the_float_graph_computes_the_network(network, weights, pixels):
    images = as_float32(pixels, network.input)
    expected = by_hand(network, weights, images)
    assert check_graph(float_graph(network, weights), images, expected, 1e-5) < 1e-5


def test_the_float_graph_computes_every_kind_of_layer(atrous_network, atrous_weights, pixels):
    images = as_float32(pixels, atrous_network.input)
    expected = by_hand(atrous_network, atrous_weights, images)
    content = float_graph(atrous_network, atrous_weights)
    assert check_graph(content, images, expected, 1e-5) < 1e-5


def test_the_same_weights_give_the_same_bytes(network, weights):
    assert float_graph(network, weights) == float_graph(network, weights)


def test_outputs_carry_the_networks_names_in_order(network, weights):
    interpreter = Interpreter(model_content=float_graph(network, weights))
    details = interpreter.get_output_details()
    assert [detail["name"] for detail in details] == ["scores", "offsets"]
    assert [list(detail["shape"]) for detail in details] == [[1, 4, 4, 2], [1, 4, 4, 4]]
    assert list(interpreter.get_input_details()[0]["shape_signature"]) == [-1, 8, 8, 3]


def test_weights_lie_where_the_format_wants_them(network, weights):
    content = float_graph(network, weights)
    model = schema.Model.GetRootAs(content, 0)
    starts = []
    for index in range(model.BuffersLength()):
        buffer = model.Buffers(index)
        if not buffer.DataIsNone():
            vector = buffer._tab.Vector(buffer._tab.Offset(4))
            starts.append(vector % 16)
    assert len(starts) == 2 * 7
    assert set(starts) == {0}


def plainly_quantized(network, weights):
    """Round to nearest, with grids wide enough for everything."""
    grids = {"image": Grid(float(np.float32(2 / 255)), 0)}
    if not reads_pixels(network):
        grids["image"] = grid_over(-2.0, 2.4)
    integers = {}
    for layer in network.layers:
        grids[layer.name] = Grid(float(np.float32(24 / 255)), 0)
        if layer.convolves:
            kernel, bias = weights[layer.name]
            axis = 2 if layer.kind == "depthwise" else 3
            others = tuple(i for i in range(4) if i != axis)
            scales = (np.abs(kernel).max(axis=others) / 127).astype(np.float32)
            shaped = scales[:, None] if layer.kind == "depthwise" else scales
            step = scales * grids[layer.inputs[0]].scale
            integers[layer.name] = QuantizedWeights(
                np.rint(kernel / shaped).astype(np.int8),
                scales,
                np.rint(bias / step).astype(np.int32),
            )
    gammas = {name: each.kernel for name, each in weights.items() if name not in integers}
    return QuantizedNetwork(network, integers, grids, gammas, not reads_pixels(network))


def test_the_int8_graph_computes_the_network_coarsely(network, weights, pixels):
    content = int8_graph(plainly_quantized(network, weights))
    expected = by_hand(network, weights, as_float32(pixels, network.input))
    found = run_graph(content, as_int8(pixels))
    for name, values in expected.items():
        assert found[name].shape == values.shape
        # A grid of 1/11: a few steps are lost on the way through five layers.
        assert np.sqrt(np.mean((found[name] - values) ** 2)) < 0.2


def test_the_int8_graph_of_every_kind_of_layer(atrous_network, atrous_weights, pixels):
    images = as_float32(pixels, atrous_network.input)
    content = int8_graph(plainly_quantized(atrous_network, atrous_weights))
    expected = by_hand(atrous_network, atrous_weights, images)
    found = run_graph(content, images)
    for name, values in expected.items():
        assert found[name].shape == values.shape
        assert np.sqrt(np.mean((found[name] - values) ** 2)) < 0.2
    (source,) = Interpreter(model_content=content).get_input_details()
    assert source["dtype"] is np.float32


def test_the_int8_graph_keeps_its_grids(network, weights):
    content = int8_graph(plainly_quantized(network, weights))
    interpreter = Interpreter(model_content=content)
    (source,) = interpreter.get_input_details()
    assert source["dtype"] is np.int8
    assert source["quantization"] == (pytest.approx(2 / 255), 0)
    for detail in interpreter.get_output_details():
        assert detail["dtype"] is np.int8
        assert detail["quantization"] == (pytest.approx(24 / 255), 0)
