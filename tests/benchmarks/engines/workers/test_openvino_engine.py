import pytest

from benchmarks.engines.products import ENGINES


@pytest.mark.slow
def test_openvino_and_onnx_runtime_answer_alike(onnx_file, answered, close):
    one = answered("openvino", ENGINES, "openvino_engine", onnx_file, "f32")
    other = answered("onnxruntime", ENGINES, "onnxruntime_engine", onnx_file)
    close(one, other, 1e-3)
