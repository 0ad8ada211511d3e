"""Writes the photos every int8 is calibrated with: ``calibration_photos FILE``.

They are those that ``ssd import slim`` takes of its own accord: uint8 ``[N, 300, 300, 3]``,
RGB, in a ``.npy`` file.
"""

import sys
from pathlib import Path

import numpy as np

from benchmarks.harness.environment import ROOT
from models.bundling.errors import FetchFailed
from models.bundling.photos import read_photos, thin_out
from models.ssd.nets.vgg16 import ssd300_vgg16
from models.ssd.quantize.recipe import most_images

CACHE = ROOT / ".cache/model"


def main(file: Path) -> int:
    """Writes the photos; 1 with a line on stderr when they cannot be had."""
    network = ssd300_vgg16()
    try:
        photos = read_photos(network.input_size, CACHE, _silent)
    except FetchFailed as error:
        print(error.message, file=sys.stderr)
        return 1
    with file.open("wb") as stream:
        np.save(stream, thin_out(photos, most_images(network)).calibration)
    return 0


def _silent(what: str, share: float) -> None:
    """Takes progress and shows none."""
    del what, share


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
