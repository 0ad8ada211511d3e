"""A small model of one layer, written by hand: 2 x 2 cells, one anchor each, three columns."""

import msgspec
import pytest

from models.ssd.labels import Labels
from models.ssd.manifest import SCHEMA_VERSION, Manifest


def tiny_document(**changes):
    document = {
        "schema_version": SCHEMA_VERSION,
        "name": "tiny",
        "version": "1.0.0",
        "network": "tiny",
        "engine": "litert",
        "precision": "float32",
        "graph": "model.tflite",
        "input": {"height": 4, "width": 4, "mean": [0, 0, 0], "scale": [1, 1, 1]},
        "outputs": {
            "scores": ["scores"],
            "offsets": ["offsets"],
            "activation": "none",
            "background": 0,
            "class_ids": [0, 7, 9],
        },
        "anchors": [{"grid": [2, 2], "step": [0.5, 0.5], "sizes": [[0.5, 0.5]]}],
        "box_coder": {"order": "yxhw", "variances": [0.1, 0.1, 0.2, 0.2]},
        "defaults": {"threshold": 0.5, "iou": 0.5, "top_k": 10, "max_detections": 10},
        "files": {},
        "license": "CC0-1.0",
    }
    return document | changes


@pytest.fixture(scope="session")
def tiny_manifest():
    def make(**changes):
        return msgspec.convert(tiny_document(**changes), Manifest)

    return make


@pytest.fixture(scope="session")
def tiny_labels():
    return Labels(("background", "cat", "dog"), (0, 7, 9))


@pytest.fixture(scope="session")
def tiny_manifest_document():
    return tiny_document
