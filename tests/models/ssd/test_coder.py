import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.ssd.coder import decode, encode
from models.ssd.spec import BoxCoderSpec

YXHW = BoxCoderSpec(order="yxhw", variances=(0.1, 0.1, 0.2, 0.2))
XYWH = BoxCoderSpec(order="xywh", variances=(0.1, 0.2, 0.3, 0.4))
unit = st.floats(0.015625, 1, width=32)


def test_zero_offsets_give_the_anchor():
    anchor = np.float32([[0.5, 0.25, 0.2, 0.1]])
    assert decode(np.zeros((1, 4), np.float32), anchor, YXHW)[0] == pytest.approx(
        [0.4, 0.2, 0.6, 0.3]
    )


def test_offsets_by_hand():
    # y moves by 1 * 0.1 * 0.2, x by 2 * 0.1 * 0.1; height doubles, width halves.
    offsets = np.float32([[1, 2, np.log(2) / 0.2, -np.log(2) / 0.2]])
    box = decode(offsets, np.float32([[0.5, 0.25, 0.2, 0.1]]), YXHW)[0]
    assert box == pytest.approx([0.52 - 0.2, 0.27 - 0.025, 0.52 + 0.2, 0.27 + 0.025], abs=1e-6)


def test_order_xywh_is_the_same_numbers_elsewhere():
    offsets = np.float32([[1, 2, 3, -1]])
    anchor = np.float32([[0.5, 0.4, 0.3, 0.2]])
    swapped = BoxCoderSpec(order="yxhw", variances=XYWH.variances)
    expected = decode(offsets[:, [1, 0, 3, 2]], anchor, swapped)
    assert decode(offsets, anchor, XYWH).tolist() == expected.tolist()


def test_a_wild_size_stays_finite():
    box = decode(np.float32([[0, 0, 1e30, 1e30]]), np.float32([[0.5, 0.5, 0.1, 0.1]]), YXHW)
    assert np.isfinite(box).all()


@pytest.mark.parametrize("spec", [YXHW, XYWH], ids=["yxhw", "xywh"])
@given(
    low=arrays(np.float32, (3, 2), elements=st.floats(0, 0.5, width=32)),
    size=arrays(np.float32, (3, 2), elements=unit),
    center=arrays(np.float32, (3, 2), elements=unit),
    anchor_size=arrays(np.float32, (3, 2), elements=unit),
)
def test_there_and_back(spec, low, size, center, anchor_size):
    boxes = np.concatenate([low, low + size], axis=1)
    anchors = np.concatenate([center, anchor_size], axis=1)
    again = decode(encode(boxes, anchors, spec), anchors, spec)
    np.testing.assert_allclose(again, boxes, atol=1e-4)
