"""The pictures below a folder, as layouts find them that name no files."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff", ".bmp"}
)  # fmt: skip


def names_below(root: Path, suffixes: frozenset[str]) -> list[str]:
    """Files of these suffixes at any depth, as paths below the folder, sorted; none hidden."""
    return sorted(_names_below(root, suffixes))


def _names_below(root: Path, suffixes: frozenset[str]) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(folder).relative_to(root).as_posix()
        start = "" if below == "." else f"{below}/"
        for name in files:
            if not name.startswith(".") and PurePosixPath(name).suffix.lower() in suffixes:
                yield start + name


def stem(name: str) -> str:
    """A name without its suffix, its folders kept."""
    return str(PurePosixPath(name).with_suffix(""))
