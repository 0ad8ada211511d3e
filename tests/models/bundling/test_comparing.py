import shutil

import msgspec
import numpy as np
import pytest

from models.bundling.committed import FLOAT_NAME, INT8_NAME, WEIGHTS_FILE
from models.bundling.comparing import compare_bundle, compare_weights
from models.bundling.photos import Photos
from models.ssd.bundle import EMBEDDED, open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from models.ssd.convert.graph import float_graph
from models.ssd.description import Metrics, Provenance
from models.ssd.nets.layers import LayerWeights
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.weights_file import parse_weights


@pytest.fixture(scope="module")
def photos():
    coarse = np.random.default_rng(0).integers(0, 256, (4, 10, 10, 3), np.uint8)
    held_out = coarse.repeat(30, 1).repeat(30, 2)
    return Photos(held_out, held_out, "")


@pytest.fixture
def built(tmp_path):
    for name in (FLOAT_NAME, INT8_NAME, "weights"):
        shutil.copytree(EMBEDDED / name, tmp_path / name)
    return tmp_path


def verdicts(name, built, photos):
    return {row.file.split("/")[1]: row for row in compare_bundle(name, built, EMBEDDED, photos)}


@pytest.mark.parametrize("name", [FLOAT_NAME, INT8_NAME])
def test_the_same_bundle(name, built, photos):
    assert [row.verdict for row in verdicts(name, built, photos).values()] == ["same"] * 3


def rewrite(built, name, graph=None, **changes):
    manifest = open_bundle(built / name).manifest
    contents = read_contents(built / name)
    if graph is not None:
        contents["model.tflite"] = graph
    write_bundle(built / name, msgspec.structs.replace(manifest, **changes), contents)


def test_measurements_and_history_do_not_count(built, photos):
    rewrite(built, FLOAT_NAME, metrics=Metrics(), provenance=Provenance(), others={"new": 1})
    assert verdicts(FLOAT_NAME, built, photos)["manifest.json"].holds


def test_another_meaning_fails(built, photos):
    rewrite(built, FLOAT_NAME, version="9.9.9")
    assert not verdicts(FLOAT_NAME, built, photos)["manifest.json"].holds


@pytest.mark.parametrize(("nudge", "holds"), [(1e-7, True), (0.5, False)])
def test_another_graph_is_judged_by_its_answers(built, photos, nudge, holds):
    network = ssdlite_mobilenet_v2()
    weights = parse_weights((EMBEDDED / WEIGHTS_FILE).read_bytes(), network)
    committed = built / "committed"
    shutil.copytree(EMBEDDED / FLOAT_NAME, committed / FLOAT_NAME)
    rewrite(committed, FLOAT_NAME, graph=float_graph(network, weights))
    for head in network.scores:
        kernel, bias = weights[head]
        weights[head] = LayerWeights(kernel, bias + np.float32(nudge))
    rewrite(built, FLOAT_NAME, graph=float_graph(network, weights))
    rows = compare_bundle(FLOAT_NAME, built, committed, photos)
    graph = next(row for row in rows if row.file.endswith("model.tflite"))
    assert graph.holds is holds, graph.verdict
    assert "other bytes" in graph.verdict


def test_a_bundle_that_is_not_committed_fails(built, photos, tmp_path):
    (row,) = compare_bundle(FLOAT_NAME, built, tmp_path / "empty", photos)
    assert not row.holds


def test_weights_must_be_the_same_bytes(built):
    assert compare_weights(built, EMBEDDED).holds
    file = built / WEIGHTS_FILE
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert not compare_weights(built, EMBEDDED).holds
