import pytest

from benchmarks.engines.products import ENGINES


@pytest.mark.slow
def test_int8_computes_the_network_it_was_made_from(onnx_file, quantized, answered, close):
    model = quantized("onnxruntime_int8", "int8.onnx")
    reference = answered("float32", ENGINES, "onnxruntime_engine", onnx_file)
    close(answered("int8", ENGINES, "onnxruntime_engine", model), reference, 0.5)
