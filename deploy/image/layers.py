"""Reads an image as `docker save` writes it: its configuration, and every entry of every layer."""

import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DOCKER = os.environ.get("DOCKER", "docker")
_CHUNK = 1 << 20


class ImageError(Exception):
    """An image cannot be read; the message says why, in one line."""


@dataclass(frozen=True)
class Entry:
    """One file, folder or link of a layer.

    Attributes:
        kind: `file`, `folder`, `link` or `other`.
        mode: Permissions, setuid and sticky bits included.
        owner: User and group ids, `uid:gid`.
        size: Bytes.
        target: Of a link.
        sha256: Of a file's contents; empty for all others.
        time: Of its last change, seconds since 1970.
    """

    kind: str
    mode: int
    owner: str
    size: int
    target: str
    sha256: str
    time: float


@dataclass(frozen=True)
class Image:
    """An image.

    Attributes:
        config: What the engine is told: environment, command, labels, the history of the build.
        layers: Entries by path, the lowest layer first.
    """

    config: dict[str, object]
    layers: tuple[dict[str, Entry], ...]

    def whole(self) -> dict[str, Entry]:
        """The files that a container sees, by path: upper layers hide lower ones."""
        seen: dict[str, Entry] = {}
        for layer in self.layers:
            for path in layer:
                folder, _, name = path.rpartition("/")
                if name == ".wh..wh..opq":
                    seen = {old: entry for old, entry in seen.items() if not _under(old, folder)}
                elif name.startswith(".wh."):
                    gone = f"{folder}/{name[4:]}".lstrip("/")
                    seen = {
                        old: entry
                        for old, entry in seen.items()
                        if old != gone and not _under(old, gone)
                    }
            seen |= {path: entry for path, entry in layer.items() if "/.wh." not in f"/{path}"}
        return seen


def read(image: str) -> Image:
    """Reads an image.

    Args:
        image: A file that `docker save` wrote, or an image the engine has.

    Returns:
        The image.

    Raises:
        ImageError: It is neither.
    """
    layers: dict[str, dict[str, Entry]] = {}
    texts: dict[str, bytes] = {}
    try:
        with _opened(image) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None:
                    if member.name.endswith("/layer.tar"):  # the same layer twice is a link
                        layers[member.name] = layers[_linked(member)]
                elif member.name.endswith("/layer.tar"):
                    layers[member.name] = _entries(content)
                elif member.name.endswith(".json"):
                    texts[member.name] = content.read()
        manifest = json.loads(texts["manifest.json"])[0]
        config = json.loads(texts[manifest["Config"]])
        return Image(config, tuple(layers[name] for name in manifest["Layers"]))
    except (tarfile.TarError, KeyError, ValueError, OSError) as error:
        raise ImageError(f"{image} is no image as docker save writes it: {error}") from error


@contextmanager
def _opened(image: str) -> Iterator[IO[bytes]]:
    if Path(image).is_file():
        with Path(image).open("rb") as file:
            yield file
        return
    try:
        saving = subprocess.Popen([DOCKER, "save", image], stdout=-1, stderr=-1)
    except OSError as error:
        raise ImageError(f"{DOCKER} cannot be run: {error.strerror}") from error
    assert saving.stdout is not None
    assert saving.stderr is not None
    with saving:
        if not saving.stdout.peek(1):  # type: ignore[attr-defined]  # a BufferedReader
            said = saving.stderr.read().decode(errors="replace").strip().splitlines()
            raise ImageError(f"{image}: {said[-1] if said else 'docker save wrote nothing'}")
        yield saving.stdout
        while saving.stdout.read(_CHUNK):  # the zeros at the end, so that it can finish
            pass


def _entries(content: IO[bytes]) -> dict[str, Entry]:
    with tarfile.open(fileobj=content, mode="r|") as layer:
        return {
            member.name.removeprefix("./").rstrip("/"): _entry(layer, member) for member in layer
        }


def _entry(layer: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    kind = (
        "file" if member.isreg() else "folder" if member.isdir()
        else "link" if member.issym() or member.islnk() else "other"
    )  # fmt: skip
    digest = hashlib.sha256()
    if kind == "file":
        content = layer.extractfile(member)
        assert content is not None
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return Entry(
        kind, member.mode, f"{member.uid}:{member.gid}", member.size, member.linkname,
        digest.hexdigest() if kind == "file" else "", float(member.mtime),
    )  # fmt: skip


def _linked(member: tarfile.TarInfo) -> str:
    target = Path(member.name).parent / member.linkname
    return os.path.normpath(target) if member.issym() else member.linkname


def _under(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")
