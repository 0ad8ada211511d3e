"""Pipelines of real verbs that need no TensorFlow: digits are made and divided, a model is kept."""

import pytest

from models.commands.registry_place import open_registry
from models.commands.verb_options import options_of
from models.pipeline.reading import read_pipeline
from tests.models.datasets.digits.drawn import write_mnist

SMALL = """
steps:
  make: {{verb: data make digits, count: {count}, out: made, digits: mnist, photos: none}}
  split: {{verb: data split, folder: made, out: parts, shares: 50/50}}
  add: {{verb: models add, bundle: {bundle}, experiment: coco, registry: registry}}
  tag: {{verb: models tag, model: $add, name: best, registry: registry}}
"""


@pytest.fixture
def small(tmp_path):
    """Writes that pipeline, and gives its file."""
    write_mnist(tmp_path / "mnist")
    (tmp_path / "none").mkdir()

    def write(count=6, bundle="ssdlite_mobilenet_v2_coco_int8"):
        file = tmp_path / "pipeline.yaml"
        file.write_text(SMALL.format(count=count, bundle=bundle))
        return file

    return write


@pytest.fixture
def read():
    """Reads a pipeline as the command does."""
    return lambda file: read_pipeline(file, options_of)


@pytest.fixture
def registry():
    """Opens a registry as the command does."""
    return open_registry
