"""Writes the seeded network as ONNX in float32: ``write_onnx FILE``."""

import sys
from pathlib import Path

import onnx

from benchmarks.engine_workers.onnx_graph import onnx_model
from benchmarks.engine_workers.seeded_network import seeded_network


def main(file: Path) -> None:
    """Writes it."""
    onnx.save(onnx_model(*seeded_network()), file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
