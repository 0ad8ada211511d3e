"""Detections in every format, and which of them a call gets."""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handler.errors import BadBase64
from handler.options import Options
from handler.reply import (
    choose_format,
    describe,
    describe_failure,
    describe_model,
    json_reply,
    picture_reply,
    title_of,
)
from models.ssd.bundle import DEFAULT_BUNDLE
from models.ssd.detections import Detections
from models.ssd.detector import Answer, Detector
from models.ssd.errors import NotAnImage

COFFEE = (Path(__file__).parents[2] / "samples/coffee.jpg").read_bytes()


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "json"), ("*/*", "json"), ("application/json", "json"), ("text/html", "json"),
        ("image/png", "png"), ("image/jpeg", "jpeg"), ("image/*", "jpeg"), ("image/gif", "json"),
        ("application/json, image/png", "json"), ("application/json;q=0.5, image/png", "png"),
        ("image/png;q=0.2, image/jpeg;q=0.9", "jpeg"), ("image/png;q=0", "json"),
        ("image/", "json"), (";;image/png;q=x,", "json"),
    ],
)  # fmt: skip
def test_a_picture_only_where_it_is_meant(accept, wanted):
    assert choose_format(Options(), accept) == wanted


@pytest.mark.parametrize("accept", ["", "image/png", "application/json"])
def test_a_format_that_is_asked_for_wins(accept):
    assert choose_format(Options(format="full"), accept) == "full"


@pytest.fixture
def answer():
    detections = Detections(
        names=("cup", "spoon"),
        class_ids=np.array([47, 50]),
        scores=np.float32([0.75, 0.1]),
        boxes=np.float32([[1.9, 2.2, 30.5, 40.9], [0, 0, 5, 6]]),
        height=400,
        width=600,
    )
    return Answer(detections, {"decode": 1.23456, "boxes": 0.5})


@pytest.fixture(scope="module")
def detector():
    return Detector(DEFAULT_BUNDLE, pool_size=1)


def test_the_original_strings_cut_pixels(answer):
    first, _ = describe(answer, {}, "dcf")
    assert first == {
        "class": "47", "confidence": "0.75", "xmin": "2", "ymin": "1", "xmax": "40", "ymax": "30",
    }  # fmt: skip


def test_json_covers_the_boxes_and_full_tells_more(answer, detector):
    model = describe_model(detector, "")
    objects = describe(answer, model, "json")
    assert [each["class"] for each in objects] == ["cup", "spoon"]
    assert (objects[0]["xmin"], objects[0]["ymax"]) == (2, 31)
    full = describe(answer, model, "full")
    assert full["detections"] == objects
    assert full["image"] == {"width": 600, "height": 400}
    digest = hashlib.sha256((DEFAULT_BUNDLE / "manifest.json").read_bytes()).hexdigest()
    assert full["model"] == {"name": DEFAULT_BUNDLE.name, "version": "1.0.0", "digest": digest}
    assert full["timings_ms"] == {"decode": 1.235, "boxes": 0.5}


def test_a_model_is_named_by_its_id_or_by_its_bundle(detector):
    digest = detector.bundle.digest
    named, unnamed = describe_model(detector, "digits-2"), describe_model(detector, "")
    assert named == {"id": "digits-2", **unnamed}
    assert title_of(named) == f"digits-2 ({digest[:12]})"
    assert title_of(unnamed) == f"{DEFAULT_BUNDLE.name}@1.0.0 ({digest[:12]})"
    odd = {"name": "naïve\r\nX-Evil: 1", "version": "1\u202e", "digest": digest}
    assert title_of(odd) == f"na?ve??X-Evil: 1@1? ({digest[:12]})"


@pytest.mark.parametrize("error", [NotAnImage("no image"), BadBase64("cut")])
def test_a_failure_in_a_batch_has_its_place(error):
    assert describe_failure(error, 3) == {
        "error": {"code": error.code, "message": error.message, "index": 3}
    }


def test_json_is_utf8_with_its_times():
    reply = json_reply([{"class": "汽车"}], {"decode": 1.0})
    assert reply.body == '[{"class": "汽车"}]'.encode()
    assert json.loads(reply.body) == [{"class": "汽车"}]
    assert (reply.content_type, reply.status) == ("application/json", 200)
    assert reply.timings_ms == {"decode": 1.0}
    assert reply.headers == {}


@pytest.mark.parametrize("wanted", ["jpeg", "png"])
def test_the_picture_comes_back_with_boxes(answer, detector, wanted):
    reply = picture_reply(COFFEE, answer, detector, wanted)
    assert reply.content_type == f"image/{wanted}"
    with Image.open(io.BytesIO(reply.body)) as drawn, Image.open(io.BytesIO(COFFEE)) as sent:
        assert (drawn.format, drawn.size) == (wanted.upper(), sent.size)
        before, after = (np.asarray(each.convert("RGB"), int) for each in (sent, drawn))
    # Only where the boxes are.
    assert np.abs(after - before)[:45, :60].max() > 100
    assert np.abs(after - before)[200:].max() < 60
