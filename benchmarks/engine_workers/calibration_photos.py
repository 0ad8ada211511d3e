"""Writes the photos every int8 is calibrated with: ``calibration_photos FOLDER``.

``FOLDER/photos.npy`` holds them as uint8 ``[N, 300, 300, 3]`` RGB, and ``FOLDER/png/`` one file
each, for what wants files. They are those of the embedded model, at this network's size.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from benchmarks.program import ROOT
from models.commands.rebuilding.errors import RebuildError
from models.commands.rebuilding.photos import read_photos
from models.ssd.nets.vgg16 import SIDE

CACHE = ROOT / ".cache/model"


def main(folder: Path) -> int:
    """Writes the photos; 1 with a line on stderr when they cannot be had."""
    try:
        photos = read_photos((SIDE, SIDE), CACHE, _silent).calibration
    except RebuildError as error:
        print(error.message, file=sys.stderr)
        return 1
    (folder / "png").mkdir(parents=True)
    np.save(folder / "photos.npy", photos)
    for index, photo in enumerate(photos):
        cv2.imwrite(str(folder / "png" / f"{index:03}.png"), photo[:, :, ::-1])
    return 0


def _silent(what: str, share: float) -> None:
    """Takes progress and shows none."""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
