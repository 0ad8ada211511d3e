"""Puts an export on disk: nothing is overwritten unasked, and nothing of an earlier one is left."""

import os
from pathlib import Path

from ..errors import AlreadyExists, InvalidRequest
from .exported import Exported


def write(exported: Exported, folder: Path, *, force: bool) -> list[Path]:
    """Write every file below a folder, which is made if it is not there.

    Args:
        exported: What to write.
        folder: Where.
        force: Overwrite files of the same names, and remove others from the export's own folders.

    Returns:
        The files, in the order of their names.

    Raises:
        AlreadyExists: A file is there, and `force` is not given.
        InvalidRequest: A file cannot be written.
    """
    wanted = {folder / name: content for name, content in sorted(exported.files.items())}
    there = [path for path in wanted if path.exists() or path.is_symlink()]
    if there and not force:
        raise AlreadyExists(
            f"{there[0]} is there already: overwrite it with --force, or name another folder "
            "with --out"
        )
    try:
        for path in _left_over(exported, folder, set(wanted)):
            path.unlink()
        _remove_empty(exported, folder)
        for path, content in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as fault:
        raise InvalidRequest(
            f"{fault.filename or folder} cannot be written ({fault.strerror}): name another "
            "folder with --out"
        ) from fault
    return list(wanted)


def _left_over(exported: Exported, folder: Path, wanted: set[Path]) -> list[Path]:
    """Files of an earlier export that this one does not have."""
    found = (path for name in exported.whole for path in (folder / name).rglob("*"))
    return [path for path in found if path not in wanted and not path.is_dir()]


def _remove_empty(exported: Exported, folder: Path) -> None:
    """Removes folders of an earlier export that have nothing left in them; links are left."""
    for name in exported.whole:
        for at, _, _ in os.walk(folder / name, topdown=False):
            place = Path(at)
            if not place.is_symlink() and not any(place.iterdir()):
                place.rmdir()
