"""Each comparison with the original, on the committed golden file and on changed answers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.commands.checking.golden import (
    ANCHORS,
    check_anchors,
    check_files,
    check_session,
    import_seeded,
)
from models.commands.checking.golden_file import read_golden
from models.ssd.nets.vgg16 import ssd300_vgg16

pytestmark = pytest.mark.tensorflow

GOLDEN = Path(__file__).parents[4] / "tests/data/golden/ssd300_vgg16_seed1.npz"


@pytest.fixture(scope="module")
def golden():
    return read_golden(GOLDEN, (300, 300, 3), 21)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("seeded")
    steps = []
    opened = import_seeded(1, scratch, scratch / "bundle", lambda *each: steps.append(each))
    assert ("converting", 1.0) in steps
    return opened


def test_anchors(golden):
    row = check_anchors(golden, ssd300_vgg16())
    assert (row.holds, row.allowed) == (True, ANCHORS)
    assert not check_anchors(golden, ssd300_vgg16(anchors="paper")).holds
    cut = replace(golden, anchors=golden.anchors[:-1])
    assert check_anchors(cut, ssd300_vgg16()).difference == float("inf")


def test_the_bundle_answers_as_the_original_and_a_change_is_seen(golden, bundle):
    first = replace(golden, images=golden.images[:1])
    rows = list(check_session(first, bundle))
    assert len(rows) == 5
    assert all(row.holds for row in rows)
    (image,) = first.images
    moved = replace(image, boxes=image.boxes + np.float32(0.01))
    broken = list(check_session(replace(first, images=(moved,)), bundle))
    assert [row.what for row in broken if not row.holds] == ["bundle: detections' boxes (unit)"]


def test_an_image_file_that_is_nowhere_is_said(golden, bundle, tmp_path):
    rows = list(check_files(golden, bundle, (tmp_path,)))
    assert [row.difference for row in rows] == [None] * len(golden.images)
    assert all("--images names a folder" in row.note for row in rows)
