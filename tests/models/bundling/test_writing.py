"""Float bundles are compared with the network's own answers before they are written."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.bundling import writing
from models.bundling.samples import sample_inputs
from models.bundling.writing import answers, write_float, write_saved_model
from models.ssd.bundle import open_bundle
from models.ssd.convert import ConversionFailed
from models.ssd.convert.check import run_graph
from models.ssd.nets.layers import LayerWeights
from models.ssd.spec import DefaultsSpec

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def identity(trained):
    return trained.identity("it", "1.0.0", "MIT", DefaultsSpec())


def test_answers_are_those_of_the_written_graph(trained, identity, tmp_path):
    images = sample_inputs(trained.network)
    write_float(tmp_path / "bundle", trained, identity, images)
    found = run_graph(open_bundle(tmp_path / "bundle").graph, images)
    expected = answers(trained, images)
    assert expected.keys() == {"scores", "offsets"} == found.keys()
    for name, values in expected.items():
        assert values.shape[0] == len(images)
        assert found[name] == pytest.approx(values, abs=1e-3)


@pytest.mark.parametrize("write", [write_float, write_saved_model])
def test_a_conversion_that_answers_otherwise_is_not_written(
    trained, identity, tmp_path, monkeypatch, write
):
    images = sample_inputs(trained.network)
    kernel, bias = trained.weights["scores"]
    wrong = replace(trained, weights=trained.weights | {"scores": LayerWeights(kernel, bias + 9)})
    expected = answers(wrong, images)
    monkeypatch.setattr(writing, "answers", lambda *_: expected)
    more = () if write is write_float else ("float32",)
    with pytest.raises(ConversionFailed, match="nothing was written"):
        write(tmp_path / "bundle", trained, identity, images, *more)
    assert not np.any([each.name == "bundle" for each in tmp_path.iterdir()])
