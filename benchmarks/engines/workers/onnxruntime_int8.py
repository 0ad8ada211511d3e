"""Quantizes an ONNX model for ONNX Runtime: ``onnxruntime_int8 ONNX PHOTOS FILE``.

Its own static quantization: QDQ, a scale a channel of the weights; activations unsigned and weights
signed, since x86 multiplies that pair in one instruction (signed ones took 1.6 times as long).
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from benchmarks.engines.workers.pixels import tensor_of
from models.ssd.nets.layers import INPUT

# Not the normalization: a float32 root is a small share of the time, an int8 one is wrong.
_KINDS = ["Conv", "MaxPool", "Pad", "Relu"]


class _Photos(CalibrationDataReader):  # type: ignore[misc] # its package has no types
    """The photos as the quantizer reads them."""

    def __init__(self, pixels: npt.NDArray[np.uint8]) -> None:
        self._left = iter(pixels)

    def get_next(self) -> dict[str, npt.NDArray[np.float32]] | None:
        """The next tensor by input name; None at the end."""
        pixels = next(self._left, None)
        return None if pixels is None else {INPUT: tensor_of(pixels[None])}


def main(source: Path, photos: Path, target: Path) -> None:
    """Writes the quantized model."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)  # all shapes are known
        quantize_static(
            prepared,
            target,
            _Photos(np.load(photos)),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=_KINDS,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
