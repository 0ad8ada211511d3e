"""What a run starts from, as its recipe names it."""

import msgspec
import numpy as np
import pytest

from models.bundling.catalogue import CATALOGUE
from models.ssd.bundle import EMBEDDED
from models.ssd.nets.weights_file import parse_weights
from models.training.checkpoint import save_weights
from models.training.errors import BadRecipe, WeightsUnfit
from models.training.recipe import Recipe
from models.training.run_folder import DataNote, RunFolder, RunNote
from models.training.sources import entry_of, find_start
from models.training.starting import draw_weights

NAMES, IDS = ("dog", "zebra crossing"), (4, 9)


def test_the_embedded_weights_and_the_heads_of_classes_that_stay():
    start = find_start(Recipe(), NAMES, IDS)
    assert start.labels.names == NAMES
    assert start.note == "embedded ssdlite_mobilenet_v2_coco; class heads kept: dog"
    assert start.license == "Apache-2.0"
    content = (EMBEDDED / "weights/ssdlite_mobilenet_v2_coco.npz").read_bytes()
    entry = CATALOGUE["ssdlite-mobilenet-v2"]
    known = parse_weights(content, entry.build(80))
    assert (start.weights["stem"].kernel == known["stem"].kernel).all()
    assert (start.weights["offsets_0"].kernel == known["offsets_0"].kernel).all()
    column = entry.importers["coco-ssd"].labels.names.index("dog")
    assert (start.weights["scores_0"].kernel[..., 0] == known["scores_0"].kernel[..., column]).all()


def test_fresh_weights():
    start = find_start(Recipe(start="fresh", network="ssd300-vgg16", anchors="paper"), NAMES, IDS)
    assert start.labels.names == ("background", *NAMES)
    assert start.labels.class_ids == (0, *IDS)
    assert (start.note, start.license) == ("drawn anew", "NOASSERTION")
    assert start.network.anchors[0].sizes[0][0] == pytest.approx(30 / 300)
    assert start.network.input.resize == "bilinear"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": "yolo"}, "network: there is no 'yolo', there are ssdlite-mobilenet-v2"),
        ({"anchors": "port"}, "anchors: ssdlite-mobilenet-v2 has ssdlite, not 'port'"),
        ({"network": "ssd300-vgg16"}, "start: embedded weights are those of ssdlite-mobilenet-v2"),
        ({"start": "nowhere"}, "start: 'nowhere' is neither embedded nor fresh"),
    ],
)
def test_what_there_is_not(changes, words):
    with pytest.raises(BadRecipe) as failed:
        find_start(msgspec.structs.replace(Recipe(), **changes), NAMES, IDS)
    assert words in failed.value.message


def a_run(folder, names=("zebra crossing", "tree"), network="ssdlite-mobilenet-v2"):
    entry = CATALOGUE[network]
    anchors = next(iter(entry.anchor_sets))
    note = RunNote(
        network=network, anchors=anchors, labels=names, class_ids=tuple(range(1, len(names) + 1)),
        start="fresh", license="MIT", seed=0, deterministic=False, backend="jax", commit="",
        versions={}, machine="m",
        data=DataNote(folder="/d", sha256="0", pictures=1, measured=0, set_aside=0),
    )  # fmt: skip
    RunFolder(folder).create(note, "", "")
    weights = draw_weights(entry.build(len(names)), 5)
    save_weights(RunFolder(folder).best, weights)
    return weights


def test_a_runs_weights(tmp_path):
    weights = a_run(tmp_path / "run")
    start = find_start(Recipe(start=str(tmp_path / "run")), NAMES, IDS)
    assert start.note == "run run; class heads kept: zebra crossing"
    assert start.license == "MIT"
    assert (start.weights["last"].kernel == weights["last"].kernel).all()
    cell = weights["scores_1"].kernel[..., 0]  # the first of two columns
    assert (start.weights["scores_1"].kernel[..., 1] == cell).all()


def test_a_run_of_another_network(tmp_path):
    a_run(tmp_path / "run")
    recipe = Recipe(start=str(tmp_path / "run"), network="ssd300-vgg16")
    with pytest.raises(WeightsUnfit, match="is a run of ssdlite-mobilenet-v2 with anchors ssdlite"):
        find_start(recipe, NAMES, IDS)


def test_a_file_that_nothing_reads(tmp_path):
    (tmp_path / "weights.pt").write_bytes(b"x")
    with pytest.raises(WeightsUnfit, match="has no other importer"):
        find_start(Recipe(start=str(tmp_path / "weights.pt")), NAMES, IDS)


def test_every_network_of_the_catalogue_is_known():
    for name, entry in CATALOGUE.items():
        assert entry_of(Recipe(network=name)) is entry
        assert np.isfinite(entry.defaults.iou)
