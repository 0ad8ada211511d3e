import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.ssd.anchors import build_anchors
from models.ssd.boxes import BoxReader
from models.ssd.coder import decode
from models.ssd.errors import OptionError
from models.ssd.labels import Labels
from models.ssd.nms import overlaps
from models.ssd.settings import Settings

WANTED = Settings(threshold=0.5, iou=0.5, top_k=10, max_detections=10)
NO_OFFSETS = np.zeros((4, 4), np.float32)


@pytest.fixture(scope="module")
def tiny_reader(tiny_manifest, tiny_labels):
    return BoxReader(tiny_manifest(), tiny_labels)


@pytest.fixture
def reader(tiny_reader):
    return tiny_reader


def scores_of(**cells):
    scores = np.zeros((4, 3), np.float32)
    for cell, row in cells.items():
        scores[int(cell[1:])] = row
    return scores


def test_each_object_has_its_own_class_box_and_confidence(reader):
    found = reader.read(
        scores_of(_0=[0.1, 0.6, 0.2], _3=[0.0, 0.1, 0.9]), NO_OFFSETS, (100, 200), WANTED
    )
    assert found.names == ("dog", "cat")
    assert found.class_ids.tolist() == [9, 7]
    assert found.scores == pytest.approx([0.9, 0.6])
    assert found.boxes.tolist() == [[50, 100, 100, 200], [0, 0, 50, 100]]
    assert (found.height, found.width) == (100, 200)


def test_background_is_never_an_answer(reader):
    assert len(reader.read(scores_of(_0=[0.9, 0.1, 0.1]), NO_OFFSETS, (10, 10), WANTED)) == 0


def test_one_anchor_may_answer_two_classes(reader):
    found = reader.read(scores_of(_1=[0, 0.7, 0.8]), NO_OFFSETS, (10, 10), WANTED)
    assert found.names == ("dog", "cat")


def test_the_threshold_itself_is_enough(reader):
    assert len(reader.read(scores_of(_0=[0, 0.5, 0]), NO_OFFSETS, (10, 10), WANTED)) == 1


def test_sigmoid_scores_are_compared_as_confidences(tiny_manifest, tiny_labels):
    outputs = {
        "scores": ["s"],
        "offsets": ["o"],
        "activation": "sigmoid",
        "class_ids": [0, 7, 9],
    }
    reader = BoxReader(tiny_manifest(outputs=outputs), tiny_labels)
    raw = np.full((4, 3), -9, np.float32)
    raw[2] = [-9, math.log(0.8 / 0.2), 0.4]
    found = reader.read(raw, NO_OFFSETS, (10, 10), WANTED)
    assert found.names == ("cat", "dog")
    assert found.scores == pytest.approx([0.8, 1 / (1 + math.exp(-0.4))])


def test_softmax_scores_are_normalised(tiny_manifest, tiny_labels):
    outputs = {
        "scores": ["s"],
        "offsets": ["o"],
        "activation": "softmax",
        "background": 0,
        "class_ids": [0, 7, 9],
    }
    reader = BoxReader(tiny_manifest(outputs=outputs), tiny_labels)
    raw = np.zeros((4, 3), np.float32)
    raw[0] = [0, math.log(8), 0]
    found = reader.read(raw, NO_OFFSETS, (10, 10), WANTED)
    assert found.scores == pytest.approx([0.8])


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(0.5, 0.5, 10, 1), ["dog"]),
        (Settings(0.5, 0.5, 10, 10, ("cat",)), ["cat", "cat"]),
        (Settings(0.5, 0.5, 10, 10, ("9",)), ["dog"]),
        (Settings(0.5, 0.5, 2, 10), ["dog", "cat"]),
        (Settings(0.95, 0.5, 10, 10), []),
    ],
    ids=["max_detections", "class-name", "class-id", "top_k", "threshold"],
)
def test_settings(reader, settings, names):
    scores = scores_of(_0=[0, 0.6, 0], _1=[0, 0, 0.9], _2=[0, 0.7, 0])
    assert list(reader.read(scores, NO_OFFSETS, (10, 10), settings).names) == names


def test_an_unknown_class_is_named_with_its_neighbour(reader):
    with pytest.raises(OptionError, match="no class 'dgo', did you mean 'dog'"):
        reader.read(scores_of(), NO_OFFSETS, (10, 10), Settings(0.5, 0.5, 1, 1, ("dgo",)))


def test_a_box_outside_the_image_is_dropped(reader):
    offsets = NO_OFFSETS.copy()
    offsets[0, 0] = -100
    assert len(reader.read(scores_of(_0=[0, 0.9, 0]), offsets, (10, 10), WANTED)) == 0


def test_not_a_number_is_never_a_detection(reader):
    found = reader.read(np.full((4, 3), np.nan, np.float32), NO_OFFSETS, (10, 10), WANTED)
    assert len(found) == 0


def plain_read(manifest, labels, raw, settings):
    """Name, score and unit box of each answer, by going through every score one by one."""
    scores, offsets = raw
    boxes = np.clip(decode(offsets, build_anchors(manifest.anchors), manifest.box_coder), 0, 1)
    found = []
    for row, column in np.ndindex(scores.shape):
        score, (ymin, xmin, ymax, xmax) = scores[row, column], boxes[row]
        wanted = not settings.classes or labels.names[column] in settings.classes
        wanted = wanted and column != manifest.outputs.background and score >= settings.threshold
        if wanted and ymin < ymax and xmin < xmax:
            found.append((labels.names[column], score, boxes[row]))
    found = sorted(found, key=lambda each: -each[1])[: settings.top_k]
    kept = []
    for name, score, box in found:
        rivals = [other for rival, _, other in kept if rival == name]
        if not any(overlaps(box[None], other[None])[0, 0] > settings.iou for other in rivals):
            kept.append((name, score, box))
    return kept[: settings.max_detections]


# Few distinct numbers, so that scores tie and boxes are equal; and some that are none.
odd_scores = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, math.nan, math.inf, -math.inf, -0.0])
odd_offsets = st.sampled_from([0.0, -1.0, 2.5, 9.0, 500.0, -500.0, math.nan, math.inf, -math.inf])
odd_outputs = st.tuples(
    arrays(np.float32, (4, 3), elements=odd_scores | st.floats(0, 1, width=32)),
    arrays(np.float32, (4, 4), elements=odd_offsets | st.floats(-20, 20, width=32)),
)


@given(
    raw=odd_outputs,
    settings=st.builds(
        Settings,
        st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        st.sampled_from([0.0, 1e-9, 0.5, 1.0]),
        st.integers(1, 9) | st.just(10_000),
        st.integers(1, 9) | st.just(1_000),
        st.sampled_from([(), ("cat",), ("cat", "dog")]),
    ),
)
def test_agrees_with_the_plain_way(tiny_manifest, tiny_labels, tiny_reader, raw, settings):
    expected = plain_read(tiny_manifest(), tiny_labels, raw, settings)
    found = tiny_reader.read(*raw, (1, 1), settings)
    assert list(found.names) == [name for name, _, _ in expected]
    assert found.scores.tolist() == [score for _, score, _ in expected]
    assert found.boxes.tolist() == [box.tolist() for _, _, box in expected]


def test_the_dearest_options_of_a_large_network_take_little_memory(tiny_manifest):
    """As many scores as SSD-300 on VGG16 has; every one of them is a candidate."""
    names = tuple(f"class {column}" for column in range(21))
    manifest = tiny_manifest(
        anchors=[{"grid": [93, 94], "step": [1 / 93, 1 / 94], "sizes": [[0.1, 0.1]]}],
        outputs={
            "scores": ["s"], "offsets": ["o"], "activation": "softmax", "background": 0,
            "class_ids": list(range(21)),
        },
    )  # fmt: skip
    reader = BoxReader(manifest, Labels(names, tuple(range(21))))
    chance = np.random.default_rng(1)
    scores = chance.normal(0, 2, (93 * 94, 21)).astype(np.float32)
    offsets = chance.normal(0, 1, (93 * 94, 4)).astype(np.float32)
    tracemalloc.start()
    try:
        found = reader.read(scores, offsets, (400, 600), Settings(0, 0.0001, 10_000, 1_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) == 1_000
    assert peak < 25e6


outputs = st.tuples(
    arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32)),
    arrays(np.float32, (4, 4), elements=st.floats(-50, 50, width=32)),
)
sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))


@given(raw=outputs, size=sizes, threshold=st.floats(0, 1), iou=st.floats(0, 1))
def test_what_always_holds(tiny_reader, raw, size, threshold, iou):
    scores, offsets = raw
    settings = Settings(threshold, iou, 10, 10)
    found = tiny_reader.read(scores, offsets, size, settings)
    ymin, xmin, ymax, xmax = found.boxes.T
    assert (ymin >= 0).all()
    assert (ymax <= size[0]).all()
    assert (xmin >= 0).all()
    assert (xmax <= size[1]).all()
    assert (np.diff(found.scores) <= 0).all()
    assert (found.scores >= np.float32(threshold)).all()
    top, left, bottom, right = found.pixels().T
    assert (top < bottom).all()
    assert (left < right).all()
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (bottom <= size[0]).all()
    assert (right <= size[1]).all()


@given(raw=outputs, size=sizes, factor=st.integers(2, 5))
def test_scale_moves_boxes_with_the_image(tiny_reader, raw, size, factor):
    scores, offsets = raw
    small = tiny_reader.read(scores, offsets, size, WANTED)
    large = tiny_reader.read(scores, offsets, (size[0] * factor, size[1] * factor), WANTED)
    assert small.names == large.names
    np.testing.assert_allclose(large.boxes, small.boxes * factor, rtol=1e-5)


def test_the_best_of_many_are_those_of_a_full_sort(tiny_manifest):
    count = 30
    manifest = tiny_manifest(
        anchors=[{"grid": [count, count], "step": [1 / count, 1 / count], "sizes": [[0.01, 0.01]]}],
        outputs={"scores": ["s"], "offsets": ["o"], "activation": "none", "class_ids": [1]},
    )
    reader = BoxReader(manifest, Labels(("thing",), (1,)))
    scores = np.random.default_rng(0).integers(0, 20, (count * count, 1)).astype(np.float32) / 20
    found = reader.read(
        scores, np.zeros((count * count, 4), np.float32), (3000, 3000), Settings(0, 1, 25, 100)
    )
    best = np.argsort(-scores[:, 0], kind="stable")[:25]
    assert found.scores.tolist() == scores[best, 0].tolist()
    middles = np.floor((found.boxes[:, 0] + found.boxes[:, 2]) / 2 / 100)
    assert middles.tolist() == (best // count).tolist()


@pytest.mark.parametrize(("threshold", "count"), [(0.0, 12), (0.5, 8), (1.0, 0)])
def test_a_sigmoids_threshold_may_be_at_either_end(tiny_manifest, tiny_labels, threshold, count):
    outputs = {"scores": ["s"], "offsets": ["o"], "activation": "sigmoid", "class_ids": [0, 7, 9]}
    reader = BoxReader(tiny_manifest(outputs=outputs), tiny_labels)
    raw = np.tile(np.float32([-90, 0, 90]), (4, 1))
    found = reader.read(raw, NO_OFFSETS, (10, 10), Settings(threshold, 1.0, 12, 12))
    assert len(found) == count
    assert ((found.scores >= 0) & (found.scores <= 1)).all()


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8, 0.99])
def test_a_sigmoids_threshold_cuts_where_its_confidence_is(tiny_manifest, tiny_labels, threshold):
    outputs = {"scores": ["s"], "offsets": ["o"], "activation": "sigmoid", "class_ids": [0, 7, 9]}
    reader = BoxReader(tiny_manifest(outputs=outputs), tiny_labels)
    raw = np.tile(np.linspace(-6, 6, 3 * 4001, dtype=np.float32).reshape(-1, 3)[:, :1], (1, 3))
    raw = raw[np.abs(1 / (1 + np.exp(-raw[:, 0])) - threshold) > 1e-6]
    confidences = 1 / (1 + np.exp(-raw[:, 0]))
    for start in range(0, len(raw) - 4, 4):
        four = raw[start : start + 4]
        wanted = 3 * int((confidences[start : start + 4] >= threshold).sum())
        assert len(reader.read(four, NO_OFFSETS, (9, 9), Settings(threshold, 1, 12, 12))) == wanted


def test_a_softmax_of_large_logits_is_a_number(tiny_manifest, tiny_labels):
    outputs = {"scores": ["s"], "offsets": ["o"], "activation": "softmax", "class_ids": [0, 7, 9]}
    reader = BoxReader(tiny_manifest(outputs=outputs), tiny_labels)
    raw = np.tile(np.float32([500, 501, -500]), (4, 1))
    found = reader.read(raw, NO_OFFSETS, (10, 10), WANTED)
    assert found.scores == pytest.approx([1 / (1 + math.exp(-1))] * 4)
