import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.convert import as_float32, as_int8, int8_graph
from models.ssd.convert.check import run_graph
from models.ssd.nets.apply import run_network
from models.ssd.nets.layers import LayerWeights
from models.ssd.quantize import recipe as recipe_module
from models.ssd.quantize.moments import input_moment, tap_moments
from models.ssd.quantize.recipe import Recipe, most_images, quantize

pytestmark = pytest.mark.tensorflow

PLAIN = Recipe(equalize=False, round_by_moment=False, correct_bias=False)
BIAS = Recipe(equalize=False, round_by_moment=False, correct_bias=True)
FULL = Recipe()


def silent(step, share):
    pass


@pytest.fixture
def many_pixels():
    """Smooth pictures, for correlated inputs."""
    random = np.random.default_rng(7)
    coarse = random.integers(0, 256, (64, 2, 2, 3))
    noise = random.integers(-9, 10, (64, 8, 8, 3))
    return np.clip(coarse.repeat(4, 1).repeat(4, 2) + noise, 0, 255).astype(np.uint8)


def test_a_network_of_every_kind_of_layer(atrous_network, atrous_weights, many_pixels):
    """Pools keep their grids, norms their precision, and the input goes onto a grid by itself."""
    images = as_float32(many_pixels, atrous_network.input)
    quantized = quantize(atrous_network, atrous_weights, images, FULL, silent)
    assert quantized.float_input
    for name, source in (("pool", "stem"), ("flat", "wide"), ("pad", "flat")):
        assert quantized.grids[name] == quantized.grids[source]
    expected = run_network(atrous_network, atrous_weights, images)
    found = run_graph(int8_graph(quantized), images)
    for name in atrous_network.heads:
        error = np.sqrt(np.mean((found[name] - expected[name]) ** 2))
        assert error < 0.02 * expected[name].std(), name


def test_wide_layers_are_rounded_plainly(atrous_network, atrous_weights, many_pixels, monkeypatch):
    """Their number of inputs bounds the time; the bias still makes good what is lost."""
    monkeypatch.setattr(recipe_module, "_MOST_INPUTS", 30)
    images = as_float32(many_pixels, atrous_network.input)
    quantized = quantize(atrous_network, atrous_weights, images, FULL, silent)
    kernel = atrous_weights["wide"].kernel
    scales = np.abs(kernel).max(axis=(0, 1, 2)) / 127
    assert np.array_equal(quantized.weights["wide"].kernel, np.rint(kernel / scales))


def test_a_depthwise_layer_has_as_many_inputs_as_taps(network, weights, many_pixels, monkeypatch):
    """However many channels it has: each is a convolution of its own."""
    monkeypatch.setattr(recipe_module, "_MOST_INPUTS", 9)
    images = as_float32(many_pixels, network.input)
    quantized = quantize(network, weights, images, Recipe(equalize=False), silent)
    kernel = weights["b/depthwise"].kernel
    scales = np.abs(kernel).max(axis=(0, 1, 3)) / 127
    plain = np.rint(kernel / scales[:, None])
    assert not np.array_equal(quantized.weights["b/depthwise"].kernel, plain)


class Interrupted(Exception):
    """What a person's Ctrl-C is."""


def test_an_interrupted_run_goes_on_and_ends_the_same(
    atrous_network, atrous_weights, many_pixels, monkeypatch
):
    images = as_float32(many_pixels, atrous_network.input)
    arguments = (atrous_network, atrous_weights, images, FULL)
    whole = quantize(*arguments, silent)

    def stop_half_way(step, share):
        if step == "rounding weights" and share > 0.5:
            raise Interrupted

    done = {}
    with pytest.raises(Interrupted):
        quantize(*arguments, stop_half_way, done)
    before = set(done)
    assert 0 < len(before) < len(whole.weights)
    rounded = []
    plainly = recipe_module._quantize_layer
    monkeypatch.setattr(
        recipe_module,
        "_quantize_layer",
        lambda layer, *rest: rounded.append(layer.name) or plainly(layer, *rest),
    )
    resumed = quantize(*arguments, silent, done)
    assert set(rounded) == set(whole.weights) - before
    assert int8_graph(resumed) == int8_graph(whole)


def test_images_are_bounded_by_the_largest_tensor(network, atrous_network):
    assert most_images(network) == 1_250_000_000 // (4 * 8 * 8 * 3)
    assert most_images(atrous_network) == 1_250_000_000 // (4 * 8 * 8 * 8)


def errors(network, weights, pixels, recipe):
    """Mean and root mean square error of the offsets, which no grid clips."""
    expected = run_network(network, weights, as_float32(pixels, network.input))["offsets"]
    quantized = quantize(network, weights, as_float32(pixels, network.input), recipe, silent)
    found = run_graph(int8_graph(quantized), as_int8(pixels))["offsets"]
    difference = found - expected
    return np.abs(difference.mean(axis=(0, 1, 2))).mean(), np.sqrt(np.mean(difference**2))


def test_bias_correction_takes_the_mean_error_away(network, weights, many_pixels):
    plain, _ = errors(network, weights, many_pixels, PLAIN)
    corrected, _ = errors(network, weights, many_pixels, BIAS)
    assert corrected < plain / 3


@pytest.fixture
def lopsided(weights):
    """The same network, written so that one channel of the chain is fifty times the others."""
    factors = np.array([50, 1, 1, 1, 1, 1], np.float32)
    result = dict(weights)
    for name in ("a/project", "b/project"):
        kernel, bias = weights[name]
        result[name] = LayerWeights(kernel * factors, bias * factors)
    for name in ("b/expand", "scores", "offsets"):
        kernel, bias = weights[name]
        result[name] = LayerWeights(kernel / factors[:, None], bias)
    return result


def test_the_full_recipe_errs_less_than_the_plain_one(network, lopsided, many_pixels):
    _, plain = errors(network, lopsided, many_pixels, PLAIN)
    _, full = errors(network, lopsided, many_pixels, FULL)
    assert full < plain / 3


def test_the_first_layer_sees_the_pixels_as_they_are(network, weights, many_pixels):
    """Integers are pixels minus 128, half a step off: uncorrected, every channel would shift."""
    quantized = quantize(network, weights, as_float32(many_pixels, network.input), PLAIN, silent)
    integers, scales, bias = quantized.weights["stem"]
    seen = (many_pixels[:, 1:4, 1:4].astype(np.float64) - 128) * (2 / 255)
    real = as_float32(many_pixels[:, 1:4, 1:4], network.input).astype(np.float64)
    ours = np.einsum("nyxc,yxco->no", seen, integers * scales) + bias * scales * (2 / 255)
    theirs = np.einsum("nyxc,yxco->no", real, weights["stem"].kernel) + weights["stem"].bias
    assert np.abs((ours - theirs).mean(axis=0)).max() < 0.02


def test_moments_are_what_the_layer_multiplies(network, weights, pixels):
    """The moment tells a layer's mean square: for weights w it is w' H w."""
    tensors = run_network(network, weights, as_float32(pixels, network.input))
    for name in ("stem", "b/expand"):
        layer, kernel = network.layer(name), weights[name].kernel
        inputs = tensors[layer.inputs[0]]
        matrix = kernel.reshape(-1, kernel.shape[3]).astype(np.float64)
        told = np.einsum("io,ij,jo->o", matrix, input_moment(layer, inputs), matrix)
        assert told == pytest.approx(mean_square(layer, kernel, inputs), rel=1e-4)
    layer, kernel = network.layer("b/depthwise"), weights["b/depthwise"].kernel
    inputs = tensors["b/expand"]
    taps = kernel.reshape(9, -1).astype(np.float64)
    told = np.einsum("ic,cij,jc->c", taps, tap_moments(layer, inputs), taps)
    assert told == pytest.approx(mean_square(layer, kernel, inputs), rel=1e-4)


def mean_square(layer, kernel, inputs):
    import tensorflow as tf

    compute = tf.nn.depthwise_conv2d if layer.kind == "depthwise" else tf.nn.conv2d
    result = compute(inputs, kernel, [1, layer.stride, layer.stride, 1], "SAME").numpy()
    return np.mean(result.astype(np.float64) ** 2, axis=(0, 1, 2))
