"""What one import is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .catalogue import CATALOGUE, Importer, NetworkEntry

Engine = Literal["litert", "tensorflow"]
Precision = Literal["float32", "int8", "bfloat16"]

# Engine -> precisions it has, and what a model's name ends in by default.
COMBINATIONS: dict[Engine, dict[Precision, str]] = {
    "litert": {"float32": "", "int8": "_int8"},
    "tensorflow": {"float32": "_tensorflow", "bfloat16": "_bfloat16"},
}


@dataclass(frozen=True, slots=True)
class Request:
    """An import.

    Attributes:
        checkpoint: The file with the weights, or what holds it.
        out: Where the bundle is to be.
        network: The network, by its name in the catalogue.
        importer: What reads the file, by its name in that entry.
        engine: What is to run it.
        precision: Numeric type of its weights and activations.
        anchors: The anchor set that the weights were trained with; the usual one when None.
        photos: Folder of pictures to calibrate with; None for the pinned ones.
        cache: Folder that keeps packages, and the long step's result.
        name: Name of the model; None for one that tells engine and precision.
        version: Its version.
        license: SPDX identifier of the weights' licence; None for the importer's.
    """

    checkpoint: Path
    out: Path
    network: str = "ssd300-vgg16"
    importer: str = "slim"
    engine: Engine = "litert"
    precision: Precision = "float32"
    anchors: str | None = None
    photos: Path | None = None
    cache: Path = Path(".cache/model")
    name: str | None = None
    version: str = "1.0.0"
    license: str | None = None

    @property
    def entry(self) -> NetworkEntry:
        """The network's entry of the catalogue."""
        return CATALOGUE[self.network]

    @property
    def source(self) -> Importer:
        """What reads the file."""
        return self.entry.importers[self.importer]

    @property
    def anchor_set(self) -> str:
        """The anchor set asked for, or the usual one."""
        return self.anchors or next(iter(self.entry.anchor_sets))

    @property
    def model_name(self) -> str:
        """The name asked for, or the default one."""
        return self.name or self.source.model + COMBINATIONS[self.engine][self.precision]
