"""Records of a manifest refuse what cannot be right, at the edge of each range."""

import math

import pytest

from models.ssd.spec import AnchorLayer, BoxCoderSpec, InputSpec, OutputSpec

INPUT = {"height": 300, "width": 300, "mean": (0.0,) * 3, "scale": (1.0,) * 3}
OUTPUT = {"scores": ("s",), "offsets": ("o",), "activation": "none", "class_ids": (0, 7, 9)}
LAYER = {"grid": (2, 3), "step": (0.5, 0.3), "sizes": ((0.5, 0.5),)}
CODER = {"order": "yxhw", "variances": (0.1, 0.1, 0.2, 0.2)}


@pytest.mark.parametrize(
    ("kind", "good", "changes"),
    [
        (InputSpec, INPUT, {"height": 1}), (InputSpec, INPUT, {"width": 4096}),
        (InputSpec, INPUT, {"dtype": "int8", "mean": (128.0,) * 3}),
        (OutputSpec, OUTPUT, {"background": 0}), (OutputSpec, OUTPUT, {"background": 2}),
        (OutputSpec, OUTPUT, {"class_ids": (5,)}),
        (AnchorLayer, LAYER, {"grid": (1, 1024)}), (AnchorLayer, LAYER, {"sizes": ((1, 1),) * 64}),
        (BoxCoderSpec, CODER, {}),
    ],
    ids=str,
)  # fmt: skip
def test_the_last_that_is_right(kind, good, changes):
    assert kind(**good | changes)


@pytest.mark.parametrize(
    ("kind", "good", "changes", "told"),
    [
        (InputSpec, INPUT, {"height": 0}, "input.height must be 1..4096, got 0"),
        (InputSpec, INPUT, {"width": 4097}, "input.width must be 1..4096, got 4097"),
        (InputSpec, INPUT, {"mean": (0.0, math.nan, 0.0)}, "must be finite"),
        (InputSpec, INPUT, {"scale": (math.inf,) * 3}, "must be finite"),
        (InputSpec, INPUT, {"dtype": "int8"}, "mean 128 and scale 1"),
        (InputSpec, INPUT, {"dtype": "int8", "mean": (128.0,) * 3, "scale": (2.0,) * 3}, "scale 1"),
        (OutputSpec, OUTPUT, {"scores": (), "offsets": ()}, "at least one tensor"),
        (OutputSpec, OUTPUT, {"offsets": ("o", "p")}, "as many tensors"),
        (OutputSpec, OUTPUT, {"class_ids": ()}, "1..100000 ids"),
        (OutputSpec, OUTPUT, {"class_ids": (1, 2, 1)}, "not repeat an id"),
        (OutputSpec, OUTPUT, {"background": 3}, "a column, 0..2"),
        (OutputSpec, OUTPUT, {"background": -1}, "a column, 0..2"),
        (AnchorLayer, LAYER, {"grid": (0, 1)}, "1..1024 cells"),
        (AnchorLayer, LAYER, {"grid": (1, 1025)}, "1..1024 cells"),
        (AnchorLayer, LAYER, {"step": (0.0, 0.1)}, "step must be above 0"),
        (AnchorLayer, LAYER, {"step": (math.inf, 0.1)}, "step must be above 0"),
        (AnchorLayer, LAYER, {"offset": math.nan}, "offset must be finite"),
        (AnchorLayer, LAYER, {"sizes": ()}, "1..64 sizes"),
        (AnchorLayer, LAYER, {"sizes": ((1, 1),) * 65}, "1..64 sizes"),
        (AnchorLayer, LAYER, {"sizes": ((1, 1), (0.1, 0.0))}, "sizes must be above 0"),
        (AnchorLayer, LAYER, {"sizes": ((math.inf, 0.1),)}, "sizes must be above 0"),
        (BoxCoderSpec, CODER, {"variances": (0.1, 0.1, 0.0, 0.2)}, "variances must be above 0"),
        (BoxCoderSpec, CODER, {"variances": (0.1, math.nan, 0.1, 0.2)}, "variances must be"),
    ],
    ids=str,
)
def test_the_first_that_is_wrong(kind, good, changes, told):
    with pytest.raises(ValueError, match=told.replace(".", r"\.")):
        kind(**good | changes)


def test_anchors_are_counted():
    assert AnchorLayer(**LAYER | {"sizes": ((1, 1),) * 4}).count == 24
