"""A data set of a place, kept here: pulled once, and again when the place has another."""

import hashlib
import os
import shutil
from pathlib import Path

from .opening import open_place
from .port import Place
from .profiles import is_place
from .pulling import pull
from .pushing import Say

SETTING = "SSD_DATA_CACHE"
_USUAL = Path("~/.cache/ssd/data")


def local_folder(data: Path | str, say: Say) -> Path:
    """The folder of a data set, wherever it lies.

    Args:
        data: A folder, or a place.
        say: Where progress is told.

    Raises:
        DataSetError: The place cannot be used.
    """
    if isinstance(data, Path) or not is_place(data):
        return Path(data)
    place = open_place(data)
    version = place.version()
    folder = _folder(place, version)
    if not folder.is_dir():  # a pull ends with the folder, complete
        pulled = pull(place, folder, say)
        if pulled.version != version:  # another push ended meanwhile
            return _moved(folder, _folder(place, pulled.version))
    return folder


def _folder(place: Place, version: str) -> Path:
    key = hashlib.sha256(f"{place.name} {version}".encode()).hexdigest()
    return Path(os.environ.get(SETTING) or _USUAL).expanduser() / key


def _moved(folder: Path, right: Path) -> Path:
    """Gives what was pulled the name of its own version, unless another process pulled it, too."""
    try:
        folder.rename(right)
    except OSError:
        shutil.rmtree(folder)
    return right
