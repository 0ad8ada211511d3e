import numpy as np
import pytest

from benchmarks.engines.products import ENGINES


@pytest.mark.slow
def test_every_anchor_has_its_scores_and_offsets(onnx_file, answered):
    with np.load(answered("onnxruntime", ENGINES, "onnxruntime_engine", onnx_file)) as answer:
        assert answer["scores"].shape == (1, 8732, 21)
        assert answer["offsets"].shape == (1, 8732, 4)
