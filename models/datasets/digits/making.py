"""Makes a data set of digits in COCO's layout: a piece at a time, going on where a run ended."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..errors import DataSetError
from ..files import write_json, write_whole
from .backgrounds import Pixels
from .glyphs import Glyphs
from .scene import make_scene

SPLITS = ("train", "test")
_VERSION = 1
"""Of what a seed draws: another number, other pictures."""
_PIECE = 50
"""Pictures that are made before their boxes are written down."""
_QUALITY = 92
_UNFINISHED = ".making"
# As in SVHN: the id of a digit is the digit, but for 10, which is that of 0.
_IDS = tuple(range(1, 11))


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that the pictures depend on.

    Attributes:
        count: Number of pictures.
        seed: What chance begins with.
        split: ``train`` or ``test``: which digits are drawn.
        digits: SHA-256 of all digits.
        photos: SHA-256 of the photos; empty where there are none.
        version: Of what a seed draws.
    """

    count: int
    seed: int
    split: str
    digits: str
    photos: str
    version: int = _VERSION


def recipe_of(
    count: int, seed: int, split: str, glyphs: Glyphs, photos: tuple[Pixels, ...]
) -> Recipe:
    """The recipe of pictures with these digits on these photos."""
    summed = sha256()
    for photo in photos:
        summed.update(repr(photo.shape).encode() + photo.tobytes())
    return Recipe(
        count, seed, split, glyphs.digest(), summed.hexdigest() if photos else "", _VERSION
    )


def make_digits(
    out: Path,
    recipe: Recipe,
    glyphs: Glyphs,
    photos: tuple[Pixels, ...],
    progress: Callable[[int, int], None],
) -> int:
    """Makes the pictures that are not there yet, then ``instances.json`` and ``LICENSES.txt``.

    Args:
        out: The data set's folder; free, or with an unfinished run of the same recipe.
        recipe: What is wanted.
        glyphs: The digits.
        photos: Those to draw on.
        progress: Called with the number of pictures that are there, and of all.

    Returns:
        How many were made.

    Raises:
        DataSetError: The folder holds something else.
    """
    if _is_done(out, recipe):
        progress(recipe.count, recipe.count)
        return 0
    pieces = out / _UNFINISHED
    _begin(out, pieces, recipe)
    missing = [start for start in _starts(recipe) if not (pieces / f"{start}.json").is_file()]
    done = recipe.count - sum(len(_piece(start, recipe)) for start in missing)
    made = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        futures = [pool.submit(_make, out, start, recipe, glyphs, photos) for start in missing]
        try:
            for future in as_completed(futures):
                made += future.result()
                progress(done + made, recipe.count)
        finally:
            pool.shutdown(cancel_futures=True)
    write_whole(out / "LICENSES.txt", _licenses(glyphs, photos).encode())
    write_json(out / "instances.json", _document(pieces, recipe, glyphs))
    shutil.rmtree(pieces)
    return made


def _is_done(out: Path, recipe: Recipe) -> bool:
    """Whether the folder holds these very pictures.

    Raises:
        DataSetError: It holds others.
    """
    file = out / "instances.json"
    if not file.is_file():
        return False
    try:
        found = json.loads(file.read_bytes())["info"]["recipe"]
    except (ValueError, KeyError, TypeError):
        found = None
    if found != asdict(recipe):
        raise DataSetError(f"{out} holds another data set: choose another --out, or remove it")
    return True


def _begin(out: Path, pieces: Path, recipe: Recipe) -> None:
    begun = pieces / "recipe.json"
    if begun.is_file():
        if json.loads(begun.read_bytes()) != asdict(recipe):
            raise DataSetError(
                f"{out} holds an unfinished data set of other settings: finish that one, choose "
                "another --out, or remove it"
            )
    elif out.exists() and (not out.is_dir() or set(out.iterdir()) - {pieces}):
        raise DataSetError(f"{out} is not empty: choose another --out")
    (out / "images").mkdir(parents=True, exist_ok=True)
    pieces.mkdir(exist_ok=True)
    write_json(begun, asdict(recipe))


def _starts(recipe: Recipe) -> range:
    return range(0, recipe.count, _PIECE)


def _piece(start: int, recipe: Recipe) -> range:
    return range(start, min(start + _PIECE, recipe.count))


def _make(out: Path, start: int, recipe: Recipe, glyphs: Glyphs, photos: tuple[Pixels, ...]) -> int:
    """Makes a piece: its pictures, and then what is in them."""
    rows = []
    for number in _piece(start, recipe):
        chance = np.random.default_rng((recipe.seed, SPLITS.index(recipe.split), number))
        scene = make_scene(chance, glyphs.of(recipe.split), photos)
        name = f"{recipe.split}-{number + 1:06}.jpg"
        quality = (cv2.IMWRITE_JPEG_QUALITY, _QUALITY)
        encoded = cv2.imencode(".jpg", scene.pixels[:, :, ::-1], quality)[1]
        write_whole(out / "images" / name, encoded.tobytes())
        size = scene.pixels.shape[:2]
        rows.append([name, *size, scene.labels.tolist(), scene.boxes.tolist()])
    write_json(out / _UNFINISHED / f"{start}.json", rows)
    return len(rows)


def _document(pieces: Path, recipe: Recipe, glyphs: Glyphs) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for name, height, width, labels, boxes in _rows(pieces, recipe):
        image_id = len(images) + 1
        images.append(
            {"id": image_id, "file_name": name, "width": width, "height": height, "license": 1}
        )
        for label, (ymin, xmin, ymax, xmax) in zip(labels, boxes, strict=True):
            annotations.append({
                "id": len(annotations) + 1, "image_id": image_id, "category_id": label or 10,
                "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
                "area": (xmax - xmin) * (ymax - ymin), "iscrowd": 0,
            })  # fmt: skip
    return {
        "info": {"description": f"digits ({glyphs.origin}) by seed", "recipe": asdict(recipe)},
        "licenses": [{"id": 1, "name": f"digits: {glyphs.license}; see LICENSES.txt"}],
        "images": images,
        "annotations": annotations,
        "categories": [{"id": number, "name": str(number % 10)} for number in _IDS],
    }


def _rows(pieces: Path, recipe: Recipe) -> Iterator[list[Any]]:
    for start in _starts(recipe):
        yield from json.loads((pieces / f"{start}.json").read_bytes())


def _licenses(glyphs: Glyphs, photos: tuple[Pixels, ...]) -> str:
    lines = [
        f"digits: {glyphs.origin}: {glyphs.license}",
        "textures: made by chance, nobody's",
    ]
    if photos:
        lines.append(
            "photos: those of --photos; the samples of dcf-detect are the astronaut (NASA, public "
            "domain), the cat and the coffee (CC0), see its NOTICE"
        )
    return "\n".join(lines) + "\n"
