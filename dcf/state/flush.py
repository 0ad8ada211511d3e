"""Names on disk: a file that was made or renamed is there after a power cut, too."""

import os
from pathlib import Path


def flush_folder(path: Path) -> None:
    """Flush a folder's names."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
