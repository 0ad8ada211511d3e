import json

import pytest

from models.bundling.committed import keep_notes
from models.ssd.bundle import open_bundle
from models.ssd.convert.folder import write_bundle
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
