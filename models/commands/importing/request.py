"""What one import is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Engine = Literal["litert", "tensorflow"]
Precision = Literal["float32", "int8", "bfloat16"]
Anchors = Literal["port", "paper"]

# Engine -> precisions it has, and what a model's name ends in by default.
COMBINATIONS: dict[Engine, dict[Precision, str]] = {
    "litert": {"float32": "", "int8": "_int8"},
    "tensorflow": {"float32": "_tensorflow", "bfloat16": "_bfloat16"},
}
_NAME = "ssd300_vgg16_voc"


@dataclass(frozen=True, slots=True)
class Request:
    """An import.

    Attributes:
        checkpoint: The checkpoint, or what holds it.
        out: Where the bundle is to be.
        engine: What is to run it.
        precision: Numeric type of its weights and activations.
        anchors: The anchor set that the weights were trained with.
        photos: Folder of pictures to calibrate with; None for the pinned ones.
        cache: Folder that keeps packages, and the long step's result.
        name: Name of the model; None for one that tells engine and precision.
        version: Its version.
        license: SPDX identifier of the weights' licence.
    """

    checkpoint: Path
    out: Path
    engine: Engine = "litert"
    precision: Precision = "float32"
    anchors: Anchors = "port"
    photos: Path | None = None
    cache: Path = Path(".cache/model")
    name: str | None = None
    version: str = "1.0.0"
    license: str = "NOASSERTION"

    @property
    def model_name(self) -> str:
        """The name asked for, or the default one."""
        return self.name or _NAME + COMBINATIONS[self.engine][self.precision]
