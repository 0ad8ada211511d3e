"""``ssd rollback`` as a person runs it, against a real gateway."""

import pytest

from models.registry.registry import Registry
from models.registry.stores.opening import open_store
from models.ssd.bundle import EMBEDDED


@pytest.mark.slow
def test_going_back_to_a_named_model_and_to_none(place):
    for model in ("coco-2", "coco-1"):
        place.ssd("deploy", model, "--force", "a test")
    place.ssd("rollback", "--to", "coco-2")
    assert place.serving()["model"] == "coco-2"
    assert place.registry.tags.read("serving").model == "coco-2"
    number = place.serving()["number"]
    place.ssd("rollback", "--to", place.serving()["digest"][:8])  # it serves already
    assert place.serving()["number"] == number
    said = place.ssd("rollback", "--to", "digits-9", code=1).stderr
    assert "no revision that served had model 'digits-9'; there are: coco-2, coco-1" in said


@pytest.mark.slow
def test_it_needs_nothing_but_the_gateway(place, tmp_path):
    for model in ("coco-1", "coco-2"):
        place.ssd("deploy", model, "--force", "a test")
    place.ssd("rollback", SSD_REGISTRY=str(tmp_path / "none"))
    assert place.serving()["model"] == "coco-1"
    assert not (tmp_path / "none").exists()
    # A registry elsewhere is not asked: there may be no network.
    place.ssd("rollback", SSD_REGISTRY="s3://nowhere/models")
    assert place.serving()["model"] == "coco-2"


@pytest.mark.slow
def test_a_tag_that_says_something_else_now_is_told(place, tmp_path):
    for model in ("coco-1", "coco-2", "coco-1"):
        place.ssd("deploy", model, "--force", "a test")
    other = Registry(open_store(str(tmp_path / "other")))
    other.tag("serving", other.add(EMBEDDED / "ssdlite_mobilenet_v2_coco", "same").id)
    said = place.ssd("rollback", SSD_REGISTRY=str(tmp_path / "other")).stderr
    assert "the registry's tag serving was not moved: coco-2 (" in said
    place.ssd("rollback", SSD_REGISTRY=str(tmp_path / "other"))
    assert other.tags.read("serving").model == "same-1"


def test_a_function_that_is_not_there_is_one_line(place):
    said = place.ssd("rollback", "--function", "nope", code=1).stderr
    assert said.startswith("Error: no function 'nope' at http://127.0.0.1:")
    assert said.count("\n") == 1
