"""What a training run's folder says that its bundles do not: its recipe and its data."""

import json
from pathlib import Path
from typing import Any

import yaml

from .errors import RegistryError

_MOST_BYTES = 1 << 20


def origin_of_run(folder: Path) -> dict[str, Any]:
    """Reads it.

    Args:
        folder: A run's folder, with ``run.json`` and ``train.yaml``.

    Returns:
        ``data_digest`` and ``parameters``, as ``Origin`` takes them.

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
    return {"data_digest": digest, "parameters": recipe | started}


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"{file.name} is larger than {_MOST_BYTES} bytes")
    return content.decode()
