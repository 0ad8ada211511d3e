"""MNIST as a table that several share: a row a digit, in BigQuery or in files of Parquet.

Going there, four IDX files become pictures that `ssd data push` would move; coming back, they are
the four files again, which training reads.
"""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from mnist.digits import DATA_FILES, SIDE, write_idx
from PIL import Image

from models.commands.progress import each_in_turn
from models.datasets.digits import glyphs
from models.datasets.errors import DataSetError
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.pulling import pull
from models.datasets.exchange.pushing import push
from models.datasets.files import write_json
from models.datasets.reading import read_data_set

SPLITS = ("train", "test")
_BOX = 20  # of MNIST's 28 pixels, a digit fills 20 at most
_IDS = {digit: digit or 10 for digit in range(10)}  # no class has the id 0


def read_source(source):
    """The digits to upload: those of a folder or of npm's package, else scikit-learn's.

    Raises:
        DataSetError: There are none, or they are damaged.
    """
    if source is not None:
        return glyphs.read_mnist(source) if source.is_dir() else glyphs.read_npm_package(source)
    if not glyphs.has_scikit_learn():
        raise DataSetError(
            "no digits: name a folder with MNIST's four files, or mnist-1.1.0.tgz, with --data, or "
            "install scikit-learn, which has 1,797 small ones"
        )
    return glyphs.read_scikit_learn()


def upload(source, address, *, replace):
    """Moves digits to a table; those that are there already stay.

    Args:
        source: A folder or npm's package; None for scikit-learn's.
        address: `bigquery://PROJECT/DATASET/TABLE`, `@NAME/TABLE`, or a folder for Parquet.
        replace: Whether other digits there may be replaced.

    Returns:
        What is there now, in a line.

    Raises:
        DataSetError: The digits or the table cannot be used.
    """
    place = open_place(address)
    found = read_source(source)
    with tempfile.TemporaryDirectory(prefix="mnist-") as scratch, each_in_turn() as say:
        _write_pictures(found, Path(scratch), say("digits written"))
        data = read_data_set(Path(scratch), progress=say("digits looked at"))
        done = push(data, place, say, replace=replace)
    return f"{place.name}: {done.pictures} digits, {done.moved} of them moved ({found.origin})"


def download(address, folder):
    """Writes MNIST's four files from a table; what was there before is replaced when all is well.

    Args:
        address: As for `upload`.
        folder: Where to.

    Returns:
        What is there now, in a line.

    Raises:
        DataSetError: The table cannot be used, or has something else than digits.
    """
    place = open_place(address)
    pulled = folder.with_name(f"{folder.name}.pulled")
    shutil.rmtree(pulled, ignore_errors=True)  # an unfinished pull is kept beside it
    with each_in_turn() as say:
        pull(place, pulled, say)
        data = read_data_set(pulled)
    fresh = folder.with_name(f"{folder.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    counts = _write_files(data, fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    shutil.rmtree(pulled)
    return f"{folder}: {counts}"


def _write_files(data, folder):
    counts = []
    for position, split in enumerate(SPLITS):
        some = [each for each in data.pictures if each.split == split]
        if not some:
            raise DataSetError(f"the table has no digits of the split {split}: upload them again")
        images, labels = (np.stack(each) for each in zip(*map(_digit(data), some), strict=True))
        for name, values in zip(DATA_FILES[2 * position :], (images, labels), strict=False):
            write_idx(folder / name, values)
        counts.append(f"{len(some)} of {split}")
    return ", ".join(counts)


def _write_pictures(found, folder, progress):
    """The digits in COCO's layout: each is a picture with one box, its own edge."""
    (folder / "images").mkdir()
    (folder / "annotations").mkdir()
    number, whole = 0, len(found.train.labels) + len(found.test.labels)
    for split in SPLITS:
        images, annotations = [], []
        part = found.of(split)
        for pixels, label in zip(part.images, part.labels.tolist(), strict=True):
            number += 1
            name = f"{split}-{number:06}.png"
            Image.fromarray(_framed(pixels)).save(folder / "images" / name)
            images.append({"id": number, "file_name": name, "height": SIDE, "width": SIDE,
                           "source": found.origin, "license": 1})  # fmt: skip
            annotations.append({"id": number, "image_id": number, "category_id": _IDS[label],
                                "bbox": [0, 0, SIDE, SIDE], "area": SIDE * SIDE,
                                "iscrowd": 0})  # fmt: skip
            progress(number, whole)
        document = {
            "images": images, "annotations": annotations,
            "licenses": [{"id": 1, "name": found.license}],
            "categories": [{"id": key, "name": str(digit)} for digit, key in _IDS.items()],
        }  # fmt: skip
        write_json(folder / f"annotations/instances_{split}.json", document)


def _framed(pixels):
    """uint8 [side, side] as it is, or, of smaller digits, as MNIST frames them."""
    if len(pixels) == SIDE:
        return pixels
    larger = Image.fromarray(pixels).resize((_BOX, _BOX), Image.Resampling.BICUBIC)
    return np.pad(np.asarray(larger), (SIDE - _BOX) // 2)


def _digit(data):
    """What turns a picture of the data set into its pixels and its label."""

    def read(picture):
        names = {data.names[column] for column in picture.columns}
        name = names.pop() if len(names) == 1 else ""
        if not (len(name) == 1 and name in "0123456789") or picture.size != (SIDE, SIDE):
            raise DataSetError(
                f"{picture.name} is no digit of 28 x 28 pixels with one label from 0 to 9: this "
                "table is not MNIST's"
            )
        with Image.open(picture.file) as opened:
            return np.asarray(opened.convert("L")), np.uint8(name)

    return read
