"""Files that say what classes are called: YOLO's, and beside COCO's where those say nothing."""

from pathlib import Path
from typing import Any

import yaml

from ..errors import DataSetError
from .port import read_bounded

LISTS = ("classes.txt", "obj.names", "labels/classes.txt")
TABLES = ("data.yaml", "data.yml", "dataset.yaml")
_YAML = frozenset({".yaml", ".yml"})
_MOST_YAML = 256 << 10


def names_file(folder: Path) -> Path | None:
    """The file of a folder that names its classes; None where there is none."""
    return next((file for name in TABLES + LISTS if (file := folder / name).is_file()), None)


def table_file(folder: Path) -> Path | None:
    """The one that says the id of each name, too; a list that counts from 0 would be no help."""
    return next((file for name in TABLES if (file := folder / name).is_file()), None)


def read_names(file: Path) -> dict[int, str]:
    """Name of each class by its number.

    Raises:
        DataSetError: The file has none.
    """
    if file.suffix not in _YAML:
        lines = read_bounded(file, _MOST_YAML).decode("utf-8", "replace").splitlines()
        names: Any = [line.strip() for line in lines if line.strip()]
    else:
        try:
            document = yaml.safe_load(read_bounded(file, _MOST_YAML))
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise DataSetError(f"{file} is no YAML: {' '.join(str(error).split())}") from error
        names = document.get("names") if isinstance(document, dict) else None
    numbered = dict(enumerate(names)) if isinstance(names, list) else names
    fits = isinstance(numbered, dict) and all(
        isinstance(key, int)
        and not isinstance(key, bool)
        and key >= 0
        and isinstance(name, str | int)
        for key, name in numbered.items()
    )
    if not fits or not numbered or len(set(map(str, numbered.values()))) != len(numbered):
        raise DataSetError(f"{file}: it must list the names of the classes, each once")
    return {key: str(name) for key, name in numbered.items()}


def names_elsewhere(file: Path, names: Path | None) -> dict[int, str]:
    """Name of each class of a file of annotations that has none itself.

    Args:
        file: The annotations.
        names: The file that has the names; None where there is none.

    Raises:
        DataSetError: Nothing names them.
    """
    if names is None:
        raise DataSetError(
            f"{file} has no categories: nothing could be told apart; name the classes in a "
            f"{TABLES[-1]} in the folder: `names`, with an id and a name each"
        )
    return read_names(names)
