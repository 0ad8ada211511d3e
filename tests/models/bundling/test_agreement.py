import msgspec
import numpy as np
import pytest

from models.bundling.agreement import Agreement, count_matches, join, read_answers
from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle
from models.ssd.detections import Detections
from models.ssd.labels import Labels
from models.ssd.ranges import RANGES
from models.ssd.spec import AnchorLayer, OutputSpec


def detections(*found):
    """Each (class id, ymin, xmin, ymax, xmax)."""
    rows = np.array(found, np.float32).reshape(-1, 5)
    return Detections(
        names=("x",) * len(rows),
        class_ids=rows[:, 0].astype(np.int64),
        scores=np.linspace(0.9, 0.6, len(rows), dtype=np.float32),
        boxes=rows[:, 1:],
        height=100,
        width=100,
    )


DOG, CAT = (12, 0, 0, 50, 50), (8, 0, 0, 50, 50)


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ([], [], (0, 0, 0)),
        ([DOG], [], (1, 0, 0)),
        ([DOG], [DOG], (1, 1, 1)),
        ([DOG], [CAT], (1, 1, 0)),
        ([DOG, CAT], [CAT, DOG], (2, 2, 2)),
        ([DOG], [(12, 0, 0, 50, 46)], (1, 1, 1)),
        ([DOG], [(12, 0, 0, 50, 44)], (1, 1, 0)),
        ([DOG], [DOG, (12, 0, 0, 50, 49)], (1, 2, 1)),
        ([DOG, (12, 0, 0, 50, 49)], [(12, 0, 0, 50, 48)], (2, 1, 1)),
    ],
)
def test_matches_are_one_to_one_of_one_class_and_close(first, second, counts):
    pairs = [(detections(*first), detections(*second)), (detections(DOG), detections(DOG))]
    assert count_matches(pairs) == tuple(count + 1 for count in counts)


def test_lines_and_metrics():
    lines = list(Agreement(3, exact=10, quantized=8, matched=6, logit_error=0.1234).lines())
    assert "3 photos" in lines[0]
    assert lines[1].endswith("6 of 10 (60.0%)")
    assert lines[2].endswith("6 of 8 (75.0%)")
    assert "0.123" in lines[3]
    none = Agreement(1, 0, 0, 0, 0.0)
    assert "none" in list(none.lines())[1]
    assert none.held_out().matched == 0


def test_heads_are_joined_in_the_order_of_their_names():
    first = np.arange(2 * 2 * 2 * 6).reshape(2, 2, 2, 6)
    second = -np.arange(2 * 6).reshape(2, 1, 1, 6)
    joined = join({"b": second, "a": first}, ("a", "b"), 3)
    assert joined.shape == (2, 8 + 2, 3)
    assert joined[0, 1].tolist() == [3, 4, 5]
    assert joined[1, 8:].tolist() == [[-6, -7, -8], [-9, -10, -11]]


@pytest.fixture
def manifest():
    """The embedded one, made as small as two by two cells with an anchor each."""
    known = open_bundle(DEFAULT_BUNDLE).manifest
    outputs = OutputSpec(
        scores=("scores",), offsets=("offsets",), activation="none", background=0,
        class_ids=(0, 7, 9),
    )  # fmt: skip
    cells = AnchorLayer(grid=(2, 2), step=(0.5, 0.5), sizes=((0.5, 0.5),))
    return msgspec.structs.replace(known, outputs=outputs, anchors=(cells,))


def test_answers_are_read_photo_by_photo(manifest):
    scores = np.zeros((2, 2, 2, 3), np.float32)
    scores[1, 0, 1] = 0.1, 0.8, 0.1
    answers = {"scores": scores, "offsets": np.zeros((2, 2, 2, 4), np.float32)}
    labels = Labels(("background", "cat", "dog"), (0, 7, 9))
    none, one = read_answers(answers, manifest, labels)
    assert len(none) == 0
    assert one.names == ("cat",)
    assert one.boxes.tolist() == [[0, 150, 150, 300]]


def test_answers_are_read_of_a_bundle_with_the_most_candidates(manifest):
    defaults = msgspec.structs.replace(manifest.defaults, top_k=RANGES["top_k"].high)
    most = msgspec.structs.replace(manifest, defaults=defaults)
    answers = {"scores": np.ones((1, 2, 2, 3)), "offsets": np.zeros((1, 2, 2, 4), np.float32)}
    (found,) = read_answers(answers, most, Labels(("background", "cat", "dog"), (0, 7, 9)))
    assert len(found) == 8
