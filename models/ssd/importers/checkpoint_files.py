"""Finds the files of a checkpoint in what a person names: an archive, a file, a prefix or a folder.

The files are set out under plain names in a folder of their own, so that the reader never sees a
path with signs that mean something to it.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .archive import extract, is_archive, member_names
from .errors import UnreadableModel
from .origin import Origin, read_origin

_INDEX = ".index"
_DATA = re.compile(r"\.data-(\d{5})-of-(\d{5})$")
_OLD = re.compile(r"\.ckpt(-\d+)?$")
_TABLE_END = bytes.fromhex("57fb808b247547db")
"""Last bytes of a table file, which a V1 checkpoint and a V2 index both are."""
_PLAIN = "weights"
_EXPECTED = (
    "name the published zip, a checkpoint's prefix (NAME.ckpt), its .index file, "
    "or the folder that holds it"
)


@dataclass(frozen=True, slots=True)
class CheckpointFiles:
    """A checkpoint ready to be read.

    Attributes:
        prefix: Path that its files begin with.
        name: What a person calls it.
        origin: Digests of what the person gave.
    """

    prefix: Path
    name: str
    origin: Origin


@contextmanager
def find_checkpoint(path: Path) -> Iterator[CheckpointFiles]:
    """Finds a checkpoint; its files are there as long as the ``with`` lasts.

    Args:
        path: The zip it is published in, its prefix, one of its files, or a folder that holds
            exactly one.

    Yields:
        The files, in a temporary folder: links to the person's, or what the zip held of them.

    Raises:
        UnreadableModel: There is no checkpoint, there are several, or a file of it is missing.
    """
    with tempfile.TemporaryDirectory(prefix="checkpoint-") as scratch:
        folder = Path(scratch)
        if path.is_file() and is_archive(path):
            prefix = _one(member_names(path), path)
            wanted = _complete(prefix, member_names(path), str(path))
            extract(path, dict(zip(wanted, _plain(folder, wanted), strict=True)))
            origin = read_origin([path])
        else:
            prefix = _prefix(path)
            siblings = [str(each) for each in Path(prefix).parent.iterdir() if each.is_file()]
            wanted = _complete(prefix, siblings, str(path))
            for file, plain in zip(wanted, _plain(folder, wanted), strict=True):
                plain.symlink_to(Path(file).resolve())
            origin = read_origin([Path(file) for file in wanted])
        yield CheckpointFiles(folder / _PLAIN, Path(prefix).name, origin)


def _prefix(path: Path) -> str:
    """The prefix of a checkpoint on disk that this path means."""
    if path.is_dir():
        files = [str(path / each.name) for each in path.iterdir() if each.is_file()]
        return _one(files, path)
    stem = _DATA.sub("", path.name).removesuffix(_INDEX)
    if path.with_name(stem + _INDEX).is_file():
        return str(path.with_name(stem))
    if stem != path.name:
        raise UnreadableModel(f"no checkpoint at {path}: {stem}{_INDEX} is missing beside it")
    if not path.is_file():
        raise UnreadableModel(f"no checkpoint at {path}: there is no such file; {_EXPECTED}")
    if not _is_table(path):
        raise UnreadableModel(f"{path} is neither a zip nor a TensorFlow checkpoint: {_EXPECTED}")
    return str(path)


def _one(names: Iterable[str], where: Path) -> str:
    """The prefix of the only checkpoint among files."""
    real = [name for name in names if not Path(name).name.startswith(".")]
    found = sorted(name.removesuffix(_INDEX) for name in real if name.endswith(_INDEX))
    found = found or sorted(name for name in real if _OLD.search(name))
    if not found:
        raise UnreadableModel(f"no checkpoint in {where}: {_EXPECTED}")
    if len(found) > 1:
        listed = ", ".join(Path(name).name for name in found[:3])
        raise UnreadableModel(
            f"{len(found)} checkpoints in {where} ({listed}): keep one, or name it by its prefix"
        )
    return found[0]


def _complete(prefix: str, names: Sequence[str], where: str) -> list[str]:
    """The index and all its data files; or the one file of the V1 format."""
    if prefix + _INDEX not in names:
        return [prefix]
    data = sorted(
        name for name in names if name.startswith(prefix) and _DATA.fullmatch(name[len(prefix) :])
    )
    counts = {int(name[-5:]) for name in data}
    if len(counts) != 1 or len(data) != counts.pop():
        had = ", ".join(Path(name).name for name in data) or "none of them"
        raise UnreadableModel(
            f"data files of checkpoint {Path(prefix).name} are missing in {where}, there is {had}: "
            "fetch it again, the .data files belong beside the .index file"
        )
    return [prefix + _INDEX, *data]


def _plain(folder: Path, names: Sequence[str]) -> list[Path]:
    """Where each file is set out."""
    plain = []
    for name in names:
        data = _DATA.search(name)
        suffix = _INDEX if name.endswith(_INDEX) else data.group() if data else ""
        plain.append(folder / f"{_PLAIN}{suffix}")
    return plain


def _is_table(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - len(_TABLE_END)))
        return file.read() == _TABLE_END
