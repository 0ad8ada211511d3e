"""What `ssd --version` tells: what a report of a fault needs to say."""

import platform
from importlib import metadata

_DISTRIBUTIONS = {"ssd": "dcf-detect", "LiteRT": "ai-edge-litert"}


def versions() -> str:
    """One line: of this command, of the engine and of Python. Nothing heavy is imported for it."""
    told = [f"{name} {_version(each)}" for name, each in _DISTRIBUTIONS.items()]
    return ", ".join((*told, f"Python {platform.python_version()}"))


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"  # a plain copy of the folders, or no engine
