import pytest

from models.ssd.nets.layers import Layer


def layer(kind="conv", kernel=(3, 3, 1, 1), **settings):
    return Layer("it", kind, ("before",), kernel, **settings)


@pytest.mark.parametrize(
    ("settings", "size", "steps", "margins"),
    [
        # SAME: one result a step, the odd zero behind.
        ({}, 10, 10, (1, 1)),
        ({"stride": 2}, 10, 5, (0, 1)),
        ({"stride": 2}, 19, 10, (1, 1)),
        ({"dilation": 6}, 19, 19, (6, 6)),
        ({"kind": "max_pool", "kernel": (2, 2), "stride": 2}, 75, 38, (0, 1)),
        ({"kind": "max_pool", "kernel": (3, 3)}, 19, 19, (1, 1)),
        ({"kernel": (1, 1, 4, 4), "stride": 2}, 5, 3, (0, 0)),
        # VALID: only whole windows.
        ({"padding": "valid"}, 5, 3, (0, 0)),
        ({"padding": "valid", "stride": 2}, 12, 5, (0, 0)),
        ({"padding": "valid", "dilation": 2}, 5, 1, (0, 0)),
    ],
)
def test_steps_and_margins_by_hand(settings, size, steps, margins):
    it = layer(**settings)
    assert it.steps(size, 0) == steps
    assert it.margins(size, 1) == margins


@pytest.mark.parametrize(
    ("it", "shape", "result"),
    [
        (layer(kernel=(3, 3, 3, 8), stride=2), (9, 8, 3), (5, 4, 8)),
        (layer("depthwise", (3, 3, 6, 1)), (9, 8, 6), (9, 8, 6)),
        (layer("max_pool", (2, 2), stride=2), (9, 8, 6), (5, 4, 6)),
        (layer("pad", ()), (9, 8, 6), (11, 10, 6)),
        (layer("l2_norm", (6,)), (9, 8, 6), (9, 8, 6)),
        (layer("add", ()), (9, 8, 6), (9, 8, 6)),
    ],
    ids=["conv", "depthwise", "max_pool", "pad", "l2_norm", "add"],
)
def test_shapes_of_results(it, shape, result):
    assert it.result_shape(*shape) == result


def test_what_has_weights_and_biases():
    assert (layer().weighted, layer().convolves, layer().bias) == (True, True, 1)
    norm = layer("l2_norm", (6,))
    assert (norm.weighted, norm.convolves, norm.bias) == (True, False, 0)
    pool = layer("max_pool", (2, 2))
    assert (pool.weighted, pool.convolves, pool.bias) == (False, False, 0)


def test_activations_clip():
    assert layer(activation="relu6").clip == (0, 6)
    assert layer(activation="relu").clip == (0, float("inf"))
    assert layer().clip == (-float("inf"), float("inf"))
