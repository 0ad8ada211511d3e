"""References: what a detector finds in a data set, and what an export recorded."""

import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from models.datasets.reading import read_coco
from models.evaluation.drift.reference import profile_of, recorded_profile
from models.evaluation.run import evaluate
from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from models.ssd.detector import Detector
from models.ssd.errors import ProfileError
from models.ssd.profile import Profile

SAMPLES = Path(__file__).parents[4] / "samples"
PHOTOS = {"astronaut.jpg": (512, 512), "chelsea.jpg": (300, 451), "coffee.jpg": (400, 600)}


@pytest.fixture(scope="module")
def detector():
    return Detector(DEFAULT_BUNDLE, pool_size=1)


@pytest.fixture
def data(tmp_path):
    document = {
        "images": [
            {"id": n, "file_name": name, "height": height, "width": width}
            for n, (name, (height, width)) in enumerate(PHOTOS.items())
        ],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 17, "bbox": [0, 0, 400, 300]}],
        "categories": [{"id": 17, "name": "cat"}],
    }
    file = tmp_path / "instances.json"
    file.write_text(json.dumps(document))
    return read_coco(SAMPLES, file)


@pytest.mark.parametrize(("threshold", "tiles"), [(0.5, "1"), (0.3, "2"), (0.4, "auto")])
def test_a_data_set_is_looked_at_as_the_function_looks(detector, data, threshold, tiles):
    done = []
    found = profile_of(detector, data, Profile(threshold, tiles), done.append)
    tile = tiles if tiles == "auto" else int(tiles)
    settings = replace(detector.defaults, threshold=threshold, tiles=tile)
    wanted = Profile(threshold, tiles)
    for name in PHOTOS:
        wanted.add(detector.detect((SAMPLES / name).read_bytes(), settings).detections)
    assert found == wanted
    assert sum(done) == found.pictures == len(PHOTOS)


def test_an_evaluation_counts_the_same_on_its_way(detector, data):
    measured = evaluate(detector, data, lambda _more: None)
    again = profile_of(detector, data, Profile(detector.defaults.threshold), lambda _more: None)
    assert (measured.images, measured.profile.classes) == (again.pictures, again.classes)
    for name, histogram in again.histograms.items():
        assert measured.profile.histograms[name].counts == histogram.counts


def test_what_a_manifest_records_is_read(tmp_path, detector, data):
    profile = evaluate(detector, data, lambda _more: None).profile
    manifest = open_bundle(DEFAULT_BUNDLE).manifest
    metrics = msgspec.structs.replace(manifest.metrics, profile=profile.values())
    manifest = msgspec.structs.replace(manifest, metrics=metrics)
    write_bundle(tmp_path / "bundle", manifest, read_contents(DEFAULT_BUNDLE))
    assert recorded_profile(tmp_path / "bundle", "mine") == profile


def test_a_model_without_one_is_said():
    with pytest.raises(ProfileError, match="mine has no profile"):
        recorded_profile(DEFAULT_BUNDLE, "mine")
