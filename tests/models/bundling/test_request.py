from pathlib import Path

import pytest

from models.bundling.request import COMBINATIONS, Request

HERE = Path()


@pytest.mark.parametrize(
    ("engine", "precision", "name"),
    [
        ("litert", "float32", "ssd300_vgg16_voc"), ("litert", "int8", "ssd300_vgg16_voc_int8"),
        ("tensorflow", "float32", "ssd300_vgg16_voc_tensorflow"),
        ("tensorflow", "bfloat16", "ssd300_vgg16_voc_bfloat16"),
    ],
)  # fmt: skip
def test_a_name_tells_engine_and_precision(engine, precision, name):
    assert precision in COMBINATIONS[engine]
    assert Request(HERE, HERE, engine=engine, precision=precision).model_name == name
    assert Request(HERE, HERE, engine=engine, precision=precision, name="own").model_name == "own"


def test_what_is_not_asked_for_is_the_catalogues():
    usual = Request(HERE, HERE)
    assert (usual.entry.name, usual.source.license) == ("ssd300-vgg16", "NOASSERTION")
    assert usual.anchor_set == "port"
    assert Request(HERE, HERE, anchors="paper").anchor_set == "paper"
    other = Request(HERE, HERE, network="ssdlite-mobilenet-v2", importer="coco-ssd")
    assert other.model_name == "ssdlite_mobilenet_v2_coco"
