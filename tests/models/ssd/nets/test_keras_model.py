from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.ssd.bundle import DEFAULT_BUNDLE, EMBEDDED, open_bundle
from models.ssd.convert.bundle import as_float32
from models.ssd.convert.check import answer_error, check_graph, run_graph
from models.ssd.convert.graph import float_graph
from models.ssd.nets.apply import raw_layer, run_network
from models.ssd.nets.keras_model import keras_model, keras_weights
from models.ssd.nets.layers import check_weights
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.weights_file import parse_weights

pytestmark = [
    pytest.mark.tensorflow,
    # Keras itself still calls what its own dependencies have deprecated.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

WEIGHTS = EMBEDDED / "weights/ssdlite_mobilenet_v2_coco.npz"
SAMPLES = Path(__file__).parents[4] / "samples"


@pytest.fixture(scope="module")
def network():
    return ssdlite_mobilenet_v2()


@pytest.fixture(scope="module")
def weights(network):
    return parse_weights(WEIGHTS.read_bytes(), network)


@pytest.fixture(scope="module")
def image():
    from PIL import Image

    with Image.open(SAMPLES / "coffee.jpg") as picture:
        pixels = np.asarray(picture.convert("RGB").resize((300, 300)), np.float32)
    return (pixels[None] - 127.5) / 127.5


def test_keras_and_the_converted_graph_agree_on_a_photo(network, weights, image):
    answers = keras_model(network, weights).predict(image, verbose=0)
    expected = {name: np.asarray(values) for name, values in answers.items()}
    assert check_graph(float_graph(network, weights), image, expected, 1e-4) < 1e-4


def test_weights_into_keras_and_back(network, weights):
    back = keras_weights(keras_model(network, weights), network)
    assert back.keys() == weights.keys()
    for name, (kernel, bias) in weights.items():
        assert np.array_equal(back[name].kernel, kernel)
        assert np.array_equal(back[name].bias, bias)


def test_the_kept_weights_are_the_default_bundles(network, weights, image):
    """float16 costs a hundredth of a logit."""
    bundle = open_bundle(DEFAULT_BUNDLE.with_name("ssdlite_mobilenet_v2_coco"))
    exact = run_graph(bundle.graph, image)
    expected = {name: exact[name] for name in network.scores}
    kept = run_graph(float_graph(network, weights), image)
    assert answer_error(kept, expected, bundle.manifest.outputs) < 0.03


def test_every_kind_of_layer_is_computed_alike(atrous_network, atrous_weights, pixels):
    """In Keras, layer by layer in TensorFlow, and in the converted graph, which others check."""
    images = as_float32(pixels, atrous_network.input)
    answers = keras_model(atrous_network, atrous_weights).predict(images, verbose=0)
    tensors = run_network(atrous_network, atrous_weights, images)
    graph = run_graph(float_graph(atrous_network, atrous_weights), images)
    for name in atrous_network.heads:
        np.testing.assert_allclose(answers[name], graph[name], atol=1e-5)
        np.testing.assert_allclose(tensors[name], graph[name], atol=1e-5)


def test_weights_of_every_kind_of_layer_into_keras_and_back(atrous_network, atrous_weights):
    back = keras_weights(keras_model(atrous_network, atrous_weights), atrous_network)
    check_weights(atrous_network, back)
    for name, (kernel, bias) in atrous_weights.items():
        assert np.array_equal(back[name].kernel, kernel)
        assert np.array_equal(back[name].bias, bias)


def test_a_norm_of_nothing_is_nothing(atrous_network, atrous_weights):
    """Where every channel is 0 there is no direction; the original gives 0, not a fault."""
    layer = atrous_network.layer("norm")
    nothing = np.zeros((1, 2, 2, 8), np.float32)
    assert np.array_equal(raw_layer(layer, atrous_weights["norm"], [nothing]), nothing)
