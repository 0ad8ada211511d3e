"""The engines that are compared, each with the form of the network it runs fastest."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.engines.products import ENGINES as PEERS
from benchmarks.engines.products import QUIET, TRAIN, fill
from benchmarks.harness.worker import Worker

Precision = Literal["float32", "bfloat16", "int8"]


@dataclass(frozen=True)
class Engine:
    """One engine with one form of the network.

    Attributes:
        name: As the table shows it.
        precision: What it computes in.
        product: What it runs, one of ``products.PRODUCTS``.
        python: The interpreter of its environment.
        command: Arguments of its worker; ``{product}`` is the product's path.
    """

    name: str
    precision: Precision
    product: str
    python: Path
    command: tuple[str, ...]

    @property
    def slug(self) -> str:
        """Its name as a flag or a file has it."""
        return self.name.lower().replace(" ", "-")

    def start(self, product: Path) -> Worker:
        """Starts its worker on what it runs."""
        return Worker(self.python, fill(self.command, {"product": product}), ENVIRONMENT)


def _bundle(name: str, precision: Precision, product: str) -> Engine:
    return Engine(name, precision, product, TRAIN, (f"{_WORKERS}.bundle_engine", "{product}"))


def _openvino(precision: Precision, product: str, *command: str) -> Engine:
    return Engine(f"OpenVINO {precision}", precision, product, PEERS,
                  (f"{_WORKERS}.openvino_engine", *command))  # fmt: skip


def _onnxruntime(precision: Precision, product: str) -> Engine:
    return Engine(f"ONNX Runtime {precision}", precision, product, PEERS,
                  (f"{_WORKERS}.onnxruntime_engine", "{product}"))  # fmt: skip


_WORKERS = "benchmarks.engines.workers"
REFERENCE = _bundle("TensorFlow float32", "float32", "tensorflow_float32")
OURS = _bundle("LiteRT int8", "int8", "litert_int8")
RIVALS = (
    # What is not quantized runs in float32: as fast here as in bf16, OpenVINO's default.
    _openvino("int8", "openvino_int8", "{product}/model.xml", "f32"),
    _onnxruntime("int8", "ssd300_int8.onnx"),
)
ENGINES = (
    REFERENCE,
    _bundle("TensorFlow bfloat16", "bfloat16", "tensorflow_bfloat16"),
    _bundle("LiteRT float32", "float32", "litert_float32"),
    OURS,
    _openvino("float32", "ssd300.onnx", "{product}", "f32"),
    _openvino("bfloat16", "ssd300.onnx", "{product}", "bf16"),
    RIVALS[0],
    _onnxruntime("float32", "ssd300.onnx"),
    RIVALS[1],
)
ENVIRONMENT = {**QUIET, "TF_ENABLE_ONEDNN_OPTS": "1"}
"""On top of a worker's plain environment: oneDNN makes TensorFlow as fast as it can be."""
VERSIONED = {
    TRAIN: ("tensorflow-cpu", "ai-edge-litert"),
    PEERS: ("openvino", "nncf", "onnxruntime", "onnx"),
}
"""Packages whose versions belong to a result, by the interpreter that has them."""
