"""Makes folders of tars before a function starts: `DIGEST PARTS FOLDER`, as often as is wanted.

It is run as `python3 -I -c` in any image with Python, so it is the standard library alone and has
nothing of this package. The gateway has read every tar before: what is in it is plain files and
folders. https://docs.python.org/3/library/tarfile.html#tarfile.TarFile.extraction_filter
"""

import compileall
import hashlib
import shutil
import sys
import tarfile
from pathlib import Path

_PIECE = 1 << 20


def unpack(digest: str, parts: Path, folder: Path) -> None:
    """Put parts together, compare the digest, unpack them; what is in the folder already goes."""
    found = hashlib.sha256()
    whole = folder.with_name(f"{folder.name}.tar")
    with whole.open("wb") as tar:
        for part in sorted(each for each in parts.iterdir() if not each.name.startswith(".")):
            data = part.read_bytes()
            found.update(data)
            tar.write(data)
    if found.hexdigest() != digest:
        sys.exit(f"what is kept of {digest} has the sha256 {found.hexdigest()}: upload it again")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tarfile.open(whole) as tar:
        for member in tar:
            _extract(tar, member, folder)
    whole.unlink()
    compileall.compile_dir(folder, quiet=2)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = folder / member.name
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    if source is not None:
        with path.open("wb") as file:
            shutil.copyfileobj(source, file, _PIECE)


if __name__ == "__main__":
    asked = sys.argv[1:]
    for place in range(0, len(asked), 3):
        unpack(asked[place], Path(asked[place + 1]), Path(asked[place + 2]))
