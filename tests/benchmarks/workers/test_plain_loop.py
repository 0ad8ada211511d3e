"""The bare loop does the same work as the product: the same boxes, to the last pixel."""

import pytest

from benchmarks.bodies.large_photo import large_photo
from benchmarks.harness.plan import Plan, photos
from benchmarks.workers.plain_loop import PlainLoop
from models.ssd.bundle import EMBEDDED
from models.ssd.detector import Detector

BUNDLES = sorted(path for path in EMBEDDED.iterdir() if (path / "manifest.json").is_file())


@pytest.mark.parametrize("photo", photos(), ids=lambda photo: photo.stem)
@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_the_bare_loop_finds_what_the_detector_finds(bundle, photo):
    encoded = photo.read_bytes()
    found = PlainLoop(bundle)(encoded)
    expected = Detector(bundle, pool_size=1).detect(encoded).detections
    assert found, "a sample photo shows something"
    assert [each["class"] for each in found] == list(expected.names)
    assert [each["confidence"] for each in found] == pytest.approx(list(expected.scores), abs=1e-6)
    for box, (ymin, xmin, ymax, xmax) in zip(found, expected.boxes, strict=True):
        assert [box["ymin"], box["xmin"]] == pytest.approx([ymin, xmin], abs=1)
        assert [box["ymax"], box["xmax"]] == pytest.approx([ymax, xmax], abs=1)


def test_the_full_decode_finds_nearly_the_same():
    encoded = photos()[0].read_bytes()
    full = PlainLoop(Plan().bundle, reduced=False)(encoded)
    assert [each["class"] for each in full] == [
        each["class"] for each in PlainLoop(Plan().bundle)(encoded)
    ]


def test_a_large_photo_shows_the_same():
    encoded = large_photo(photos()[1].read_bytes())
    found = PlainLoop(Plan().bundle)(encoded)
    assert found
    assert {each["class"] for each in found} == {
        each["class"] for each in PlainLoop(Plan().bundle)(photos()[1].read_bytes())
    }
    assert max(each["xmax"] for each in found) > 600
