import pytest

from benchmarks.engines.products import ENGINES


@pytest.mark.slow
def test_int8_computes_the_network_it_was_made_from(onnx_file, quantized, answered, close):
    model = quantized("openvino_int8", "folder") / "model.xml"
    reference = answered("float32", ENGINES, "openvino_engine", onnx_file, "f32")
    close(answered("int8", ENGINES, "openvino_engine", model, "f32"), reference, 0.5)
