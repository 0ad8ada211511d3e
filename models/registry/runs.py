"""What a training run's folder says that its bundles do not: its recipe and its data."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from .errors import RegistryError

_MOST_BYTES = 1 << 20
_MOST_MARKS = 256 << 20
_MARKS = re.compile(rb"(?:[0-9a-f]{16}\n)*")


def origin_of_run(folder: Path) -> dict[str, Any]:
    """Reads it.

    Args:
        folder: A run's folder, with ``run.json`` and ``train.yaml``.

    Returns:
        ``data_digest``, ``pictures`` and ``parameters``, as ``Origin`` takes them.

    Raises:
        RegistryError: It is no run's folder.
    """
    try:
        note = json.loads(_text(folder / "run.json"))
        recipe = yaml.safe_load(_text(folder / "train.yaml"))
        digest = note["data"]["sha256"]
    except OSError as error:
        raise RegistryError(
            f"{error.filename}: {error.strerror}: --run names a run's folder"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise RegistryError(f"{folder} is no run's folder: {error}") from error
    if not isinstance(recipe, dict) or not isinstance(digest, str):
        raise RegistryError(f"{folder} is no run's folder: train.yaml is no mapping")
    started = {name: note[name] for name in ("network", "seed", "start", "commit") if name in note}
    return {
        "data_digest": digest,
        "pictures": pictures_of_run(folder),
        "parameters": recipe | started,
    }


def pictures_of_run(folder: Path) -> bytes | None:
    """Marks of the pictures that a run learnt from, a line each.

    Args:
        folder: A run's folder.

    Returns:
        None where it has no ``pictures.txt``: an older release made it.

    Raises:
        RegistryError: The file is no such list.
    """
    file = folder / "pictures.txt"
    try:
        content = _content(file, _MOST_MARKS)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise RegistryError(f"{folder} is no run's folder: {error}") from error
    if _MARKS.fullmatch(content) is None:
        raise RegistryError(
            f"{file} is no list of pictures: it has other lines than 16 hexadecimal digits"
        )
    return content


def _text(file: Path) -> str:
    return _content(file, _MOST_BYTES).decode()


def _content(file: Path, most: int) -> bytes:
    with file.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{file.name} is larger than {most} bytes")
    return content
