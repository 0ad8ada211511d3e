"""The locked packages that a function of the cloud is installed with."""

import re
from collections.abc import Collection
from pathlib import Path

from ..errors import Unsupported

_LOCKS = Path(__file__).parents[2] / "requirements"
_BLOCK = re.compile(r"^(?=[A-Za-z0-9])", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HASH = re.compile(r" \\\n    --hash=\S+")


def locked(*names: str) -> str:
    """Lock files in one, each package once; they hold the same version of what they share.

    Args:
        *names: Files of the project's folder of requirements.

    Raises:
        Unsupported: They are not there: `dcf` was installed without the project.
    """
    blocks: dict[str, str] = {}
    for name in names:
        try:
            blocks |= _blocks((_LOCKS / name).read_text("utf-8"))
        except OSError as fault:
            raise Unsupported(
                f"{_LOCKS / name} is not there: run dcf from a checkout of the project, which "
                "has the versions that its functions are tested with"
            ) from fault
    return "".join(blocks[name] for name in sorted(blocks))


def without(lock: str, names: Collection[str]) -> str:
    """A lock without the packages of the given names, as `names_of` gives them."""
    return "".join(block for name, block in _blocks(lock).items() if name not in names)


def without_hashes(lock: str) -> str:
    """A lock whose versions hold and whose hashes are gone."""
    return _HASH.sub("", lock)


def names_of(requirements: str) -> set[str]:
    """The packages that a requirements file names in its own lines, in one spelling each."""
    found = (_NAME.match(line.strip()) for line in requirements.splitlines())
    return {_spelled(match[0]) for match in found if match}


def _blocks(lock: str) -> dict[str, str]:
    """A lock's packages: name to its lines."""
    found = ((_NAME.match(block), block) for block in _BLOCK.split(lock))
    return {_spelled(name[0]): block for name, block in found if name}


def _spelled(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
