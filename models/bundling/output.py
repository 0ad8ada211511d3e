"""The place where a bundle is to be: free, or a bundle already."""

from pathlib import Path

from .errors import OutputTaken


def check_output(folder: Path) -> None:
    """Refuses a place whose content would be lost.

    Raises:
        OutputTaken: It is a file, or a folder that holds something else than a bundle.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputTaken(f"{folder} is a file: --out names the bundle's folder, choose another")
    if (folder / "manifest.json").is_file() or not any(folder.iterdir()):
        return
    raise OutputTaken(
        f"{folder} is no bundle and not empty: nothing was written, choose another --out"
    )
