"""Quantizes an ONNX model for OpenVINO: ``openvino_int8 ONNX PHOTOS FOLDER``.

NNCF's post-training quantization, which is how OpenVINO documents its int8, with its defaults: the
preset ``performance`` (symmetric activations, the faster one) and fast bias correction.
"""

import sys
from pathlib import Path

import nncf
import numpy as np
import openvino

from benchmarks.engines.workers.pixels import tensor_of
from models.ssd.nets.layers import INPUT


def main(source: Path, photos: Path, folder: Path) -> None:
    """Writes ``FOLDER/model.xml`` and its weights."""
    pixels = np.load(photos)
    samples = nncf.Dataset(
        range(len(pixels)), lambda index: {INPUT: tensor_of(pixels[index : index + 1])}
    )
    model = openvino.Core().read_model(source)
    quantized = nncf.quantize(
        model, samples, preset=nncf.QuantizationPreset.PERFORMANCE, subset_size=len(pixels)
    )
    folder.mkdir(parents=True)
    openvino.save_model(quantized, folder / "model.xml", compress_to_fp16=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
