"""The folders that `dcf function init` copies, one a runtime."""

import shutil
from pathlib import Path

from dcf.errors import InvalidRequest

_FOLDER = Path(__file__).parent
_ALIASES = {"python": "python3"}  # what DCF's own config files say


def runtimes() -> list[str]:
    """The runtimes' names, sorted."""
    return sorted(each.name for each in _FOLDER.iterdir() if (each / "src").is_dir())


def find_template(runtime: str) -> Path:
    """The folder of a runtime's handler; raises `InvalidRequest`."""
    name = _ALIASES.get(runtime, runtime)
    if name not in runtimes():
        raise InvalidRequest(f"Not found runtime:{runtime}; there are {', '.join(runtimes())}")
    return _FOLDER / name / "src"


def copy_template(template: Path, target: Path) -> None:
    """Copy a handler's folder to where it does not exist yet."""
    shutil.copytree(template, target, ignore=shutil.ignore_patterns("__pycache__"))
