import json
import shutil

import msgspec
import pytest

from models.bundling.committed import (
    FLOAT_NAME,
    INT8_NAME,
    WEIGHTS_FILE,
    keep_notes,
    replace_committed,
)
from models.ssd.bundle import EMBEDDED, open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from models.ssd.description import Metrics
from models.ssd.manifest import parse_manifest

LABELS = b"background\ncat\ndog\n"


@pytest.fixture
def bundle(tmp_path):
    def make(name, graph, metrics, **others):
        document = {
            "schema_version": 1, "name": "tiny", "version": "1.0.0", "network": "tiny",
            "engine": "litert", "precision": "float32", "graph": "model.tflite",
            "input": {"height": 4, "width": 4, "mean": [0, 0, 0], "scale": [1, 1, 1]},
            "outputs": {"scores": ["s"], "offsets": ["o"], "activation": "none",
                        "class_ids": [0, 7, 9]},
            "anchors": [{"grid": [2, 2], "step": [0.5, 0.5], "sizes": [[0.5, 0.5]]}],
            "box_coder": {"order": "yxhw", "variances": [0.1, 0.1, 0.2, 0.2]},
            "defaults": {}, "files": {}, "license": "CC0-1.0", "metrics": metrics,
        } | others  # fmt: skip
        manifest = parse_manifest(json.dumps(document).encode())
        write_bundle(tmp_path / name, manifest, {"model.tflite": graph, "labels.txt": LABELS})
        return tmp_path / name

    return make


@pytest.mark.parametrize(
    ("graph", "fresh", "wanted"),
    [
        (b"same", {}, {"mAP": 0.2}),
        (b"other", {}, {}),
        (b"same", {"mAP": 0.3}, {"mAP": 0.3}),
    ],
    ids=["the same graph keeps its figures", "another loses them", "new figures win"],
)
def test_figures_belong_to_a_graph(bundle, graph, fresh, wanted):
    committed = bundle("committed", b"same", {"mAP": 0.2})
    built = open_bundle(bundle("built", graph, fresh))
    assert keep_notes(built, committed).metrics.values() == wanted


def test_without_a_committed_bundle_there_are_none(bundle, tmp_path):
    built = open_bundle(bundle("built", b"same", {}))
    assert keep_notes(built, tmp_path / "absent").metrics == Metrics()


def test_what_this_release_does_not_know_stays_with_an_unchanged_graph(bundle):
    committed = bundle("committed", b"same", {"mAP": 0.2, "energy_mj": 7}, approved_by="a person")
    kept = keep_notes(open_bundle(bundle("built", b"same", {})), committed).values()
    assert kept["approved_by"] == "a person"
    assert kept["metrics"] == {"mAP": 0.2, "energy_mj": 7}
    other = keep_notes(open_bundle(bundle("other", b"other", {})), committed).values()
    assert "approved_by" not in other


def test_rebuilt_bundles_take_the_committed_ones_place(tmp_path):
    built, committed = tmp_path / "built", tmp_path / "committed"
    for folder in (built, committed):
        for name in (FLOAT_NAME, INT8_NAME, "weights"):
            shutil.copytree(EMBEDDED / name, folder / name)
    fresh = open_bundle(built / FLOAT_NAME).manifest
    graph = read_contents(built / FLOAT_NAME) | {"notes.txt": b"new"}
    changes = {"version": "2.0.0", "metrics": Metrics()}
    write_bundle(built / FLOAT_NAME, msgspec.structs.replace(fresh, **changes), graph)
    (built / WEIGHTS_FILE).write_bytes(b"other weights")
    before = (committed / INT8_NAME / "manifest.json").read_bytes()
    replace_committed(built, committed)
    written = open_bundle(committed / FLOAT_NAME).manifest
    assert (written.version, written.metrics) == ("2.0.0", fresh.metrics)
    assert "notes.txt" in written.files
    assert (committed / WEIGHTS_FILE).read_bytes() == b"other weights"
    # What is as it was stays so, byte for byte.
    assert (committed / INT8_NAME / "manifest.json").read_bytes() == before
