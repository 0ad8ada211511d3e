import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.bundling.quantizing import KeptLayers
from models.ssd.convert import QuantizedWeights

pytestmark = pytest.mark.tensorflow

WEIGHTS = QuantizedWeights(
    np.arange(-4, 8, dtype=np.int8).reshape(1, 1, 3, 4),
    np.linspace(0.1, 0.4, 4, dtype=np.float32),
    np.array([-70_000, 0, 1, 2**30], np.int32),
)


def test_layers_come_back_as_they_were(tmp_path):
    kept = KeptLayers(tmp_path / "layers")
    assert len(kept) == 0
    assert "conv4/conv4_3" not in kept
    kept["conv4/conv4_3"] = WEIGHTS
    again = KeptLayers(tmp_path / "layers")
    assert list(again) == ["conv4/conv4_3"]
    for mine, its in zip(again["conv4/conv4_3"], WEIGHTS, strict=True):
        assert mine.dtype == its.dtype
        assert np.array_equal(mine, its)


def test_a_layer_half_written_is_none(tmp_path):
    kept = KeptLayers(tmp_path / "layers")
    kept["stem"] = WEIGHTS
    (tmp_path / "layers" / "last.npz.part").write_bytes(b"half")
    assert list(kept) == ["stem"]


def test_they_are_forgotten_together(tmp_path):
    kept = KeptLayers(tmp_path / "layers")
    kept["stem"] = WEIGHTS
    kept.forget()
    assert not list(kept)
    assert not list(tmp_path.iterdir())
    kept.forget()
