"""Weights out of the package's graph model: batch norms folded, columns kept, names found."""

import numpy as np
import pytest

from models.ssd.importers import coco_ssd
from models.ssd.importers.coco_classes import CLASS_IDS
from models.ssd.importers.coco_ssd import SOURCE_COLUMNS, network_weights
from models.ssd.importers.errors import UnreadableModel
from models.ssd.importers.tfjs import GraphModel
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2

NORM = ("gamma", "beta", "moving_mean", "moving_variance")


def source_arrays(network):
    """The constants that the package has, drawn at random: names as TensorFlow's authors chose."""
    random = np.random.default_rng(0)
    arrays = {}

    def put(name, shape):
        arrays[name] = random.uniform(0.1, 1, shape).astype(np.float32)

    for layer in network.layers:
        if not layer.weighted:
            continue
        kind, _, rest = layer.name.partition("_")
        index, _, part = rest.partition("/")
        if kind in ("scores", "offsets"):
            predictor = "ClassPredictor" if kind == "scores" else "BoxEncodingPredictor"
            stem = f"BoxPredictor_{index}/{predictor}"
            if part:
                put(f"{stem}_depthwise/depthwise_weights", layer.kernel)
                for each in NORM:
                    put(f"{stem}_depthwise/BatchNorm/{each}", layer.kernel[2])
                continue
            cell = layer.kernel[3] // (len(CLASS_IDS) if kind == "scores" else 4)
            width = cell * (SOURCE_COLUMNS if kind == "scores" else 4)
            put(f"{stem}/weights", (*layer.kernel[:3], width))
            put(f"{stem}/biases", width)
            continue
        name = "FeatureExtractor/MobilenetV2/" + coco_ssd._source_name(layer.name)
        if layer.kind == "depthwise":
            put(f"{name}/depthwise_weights", layer.kernel)
            put(f"{name}/BatchNorm/batchnorm/mul", layer.bias)
        else:
            put(f"{name}/Conv2D/merged_input", layer.kernel)
        put(f"{name}/BatchNorm/batchnorm/sub", layer.bias)
    return arrays


@pytest.fixture(scope="module")
def network():
    return ssdlite_mobilenet_v2(len(CLASS_IDS))


@pytest.fixture
def arrays(network):
    return source_arrays(network)


def weights_of(arrays, network):
    return network_weights(GraphModel((), arrays), network, CLASS_IDS)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("stem", "Conv"), ("last", "Conv_1"), ("block_0/depthwise", "expanded_conv/depthwise"),
        ("block_13/expand", "expanded_conv_13/expand"),
        ("extra_0/reduce", "layer_19_1_Conv2d_2_1x1_256"),
        ("extra_3/depthwise", "layer_19_2_Conv2d_5_3x3_s2_128_depthwise"),
        ("extra_1/expand", "layer_19_2_Conv2d_3_3x3_s2_256"),
    ],
)  # fmt: skip
def test_names_of_the_package(ours, theirs):
    assert coco_ssd._source_name(ours) == theirs


def test_of_91_columns_the_80_with_a_class_are_kept_in_each_anchor(arrays, network):
    kernel, bias = weights_of(arrays, network)["scores_1"]
    theirs = arrays["BoxPredictor_1/ClassPredictor/weights"]
    # Anchor 2 of a cell, COCO's 90: the last column of the third group.
    assert np.array_equal(kernel[0, 0, :, 3 * 80 - 1], theirs[0, 0, :, 2 * 91 + 90])
    assert bias[0] == arrays["BoxPredictor_1/ClassPredictor/biases"][1]
    assert (kernel.shape[3], len(bias)) == (6 * 80, 6 * 80)


def test_half_and_whole_batch_norms_become_one_kernel_and_one_bias(arrays, network):
    weights = weights_of(arrays, network)
    name = "FeatureExtractor/MobilenetV2/expanded_conv_4/depthwise"
    scaled = (
        arrays[f"{name}/depthwise_weights"] * arrays[f"{name}/BatchNorm/batchnorm/mul"][:, None]
    )
    assert weights["block_4/depthwise"].kernel == pytest.approx(scaled)
    name = "BoxPredictor_2/BoxEncodingPredictor_depthwise"
    gamma, beta, mean, variance = (arrays[f"{name}/BatchNorm/{each}"] for each in NORM)
    x = np.float32(0.7)  # what the depthwise convolution gave
    kernel, bias = weights["offsets_2/depthwise"]
    wanted = (
        gamma
        * (x * arrays[f"{name}/depthwise_weights"][0, 0, :, 0] - mean)
        / np.sqrt(variance + 0.001)
        + beta
    )
    assert kernel[0, 0, :, 0] * x + bias == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("lost", ["expanded_conv_7", "BoxPredictor_3/ClassPredictor/biases"])
def test_a_model_without_a_weight_is_refused(arrays, network, lost):
    lacking = {name: array for name, array in arrays.items() if lost not in name}
    with pytest.raises(UnreadableModel, match=f"no weight .*{lost}"):
        weights_of(lacking, network)


def test_a_model_of_other_shapes_is_another_network(arrays, network):
    name = "FeatureExtractor/MobilenetV2/Conv/Conv2D/merged_input"
    arrays[name] = arrays[name][:2]
    with pytest.raises(UnreadableModel, match="another network: layer stem wants"):
        weights_of(arrays, network)


def test_anchors_are_those_of_the_first_picture(arrays):
    arrays["Postprocessor/ExpandDims"] = np.arange(8.0).reshape(1, 2, 4)
    assert coco_ssd.anchor_boxes(GraphModel((), arrays)).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
