import numpy as np
import pytest

from models.ssd.anchors import build_anchors
from models.ssd.nets.layers import INPUT, LayerWeights, check_weights
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.weights_file import format_weights, parse_weights


@pytest.fixture(scope="module")
def network():
    return ssdlite_mobilenet_v2(columns=80)


def fresh_weights(network):
    random = np.random.default_rng(5)
    return {
        layer.name: LayerWeights(
            random.normal(0, 0.1, layer.kernel).astype(np.float32),
            random.normal(0, 0.1, layer.bias).astype(np.float32),
        )
        for layer in network.layers
        if layer.weighted
    }


def test_its_shape_is_the_papers(network):
    assert sum(layer.count for layer in network.anchors) == 1917
    kinds = [layer.kind for layer in network.layers]
    assert (kinds.count("conv"), kinds.count("depthwise"), kinds.count("add")) == (55, 33, 10)
    # MobileNetV2 with SSDLite for COCO has 4.3 million weights (table 6); ours has no background.
    count = sum(np.prod(layer.kernel) + layer.bias for layer in network.layers if layer.kernel)
    assert 4.2e6 < count < 4.4e6


def test_every_layer_reads_what_was_made_before(network):
    made = {INPUT}
    for layer in network.layers:
        assert made.issuperset(layer.inputs), layer.name
        assert layer.name not in made
        made.add(layer.name)
    assert made.issuperset(network.heads)


def test_head_widths_are_anchors_times_columns(network):
    for name, offsets, anchors in zip(
        network.scores, network.offsets, network.anchors, strict=True
    ):
        assert network.layer(name).bias == len(anchors.sizes) * 80
        assert network.layer(offsets).bias == len(anchors.sizes) * 4


def test_anchors_by_hand(network):
    anchors = build_anchors(network.anchors)
    assert anchors[0] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1, 0.1], abs=1e-6)
    assert anchors[1] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1414214, 0.2828427], abs=1e-6)
    # The last layer: scale 0.95, then the square one between 0.95 and 1.
    assert anchors[-6] == pytest.approx([0.5, 0.5, 0.95, 0.95], abs=1e-6)
    assert anchors[-2] == pytest.approx([0.5, 0.5, 1.6455305, 0.5484554], abs=1e-6)
    assert anchors[-1] == pytest.approx([0.5, 0.5, 0.9746794, 0.9746794], abs=1e-6)


def test_weights_that_do_not_fit_are_named(network):
    weights = fresh_weights(network)
    check_weights(network, weights)
    with pytest.raises(ValueError, match="stem"):
        check_weights(network, {k: v for k, v in weights.items() if k != "stem"})
    weights["last"] = LayerWeights(weights["last"].kernel[..., :5], weights["last"].bias)
    with pytest.raises(ValueError, match="layer last wants kernel"):
        check_weights(network, weights)


def test_weights_there_and_back(network):
    weights = fresh_weights(network)
    content = format_weights(weights)
    assert content == format_weights(weights)
    back = parse_weights(content, network)
    for name, (kernel, bias) in weights.items():
        assert np.array_equal(back[name].kernel, kernel.astype(np.float16).astype(np.float32))
        assert np.allclose(back[name].bias, bias, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("cut", [0, 10, 5000])
def test_a_damaged_weights_file_is_refused(network, cut):
    content = format_weights(fresh_weights(network))
    with pytest.raises(ValueError, match="weights"):
        parse_weights(content[:cut], network)


def test_weights_of_another_network_are_refused(network):
    other = ssdlite_mobilenet_v2(columns=3)
    with pytest.raises(ValueError, match="layer scores_0 wants"):
        parse_weights(format_weights(fresh_weights(other)), network)
