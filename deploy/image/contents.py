"""What an image says of its packages, taken out of a container that is never started."""

import json
import subprocess
import tarfile
import uuid
from fnmatch import fnmatch
from pathlib import Path

from layers import DOCKER, ImageError

# Debian's records and licences; what Python's packages say of themselves; what models say.
_WANTED = (
    "var/lib/dpkg/status", "var/lib/apt/extended_states", "etc/os-release", "usr/lib/os-release",
    "etc/debian_version", "usr/share/doc/*", "opt/venv/lib/python3*/site-packages/*.dist-info/*",
    "*/bundles/*/manifest.json",
)  # fmt: skip


def labels_of(image: str) -> dict[str, str]:
    """An image's labels.

    Raises:
        ImageError: There is no such image, or no engine.
    """
    found = json.loads(_ask("image", "inspect", "--format", "{{json .Config.Labels}}", image))
    return found or {}


def unpack(image: str, folder: Path) -> None:
    """Writes the records of an image's packages, under the paths they have there.

    Args:
        image: An image the engine has.
        folder: Where to write, empty.

    Raises:
        ImageError: There is no such image, or no engine.
    """
    name = f"contents-{uuid.uuid4().hex[:12]}"
    _ask("create", "--name", name, image)
    try:
        with (
            subprocess.Popen([DOCKER, "export", name], stdout=subprocess.PIPE) as exporting,
            tarfile.open(fileobj=exporting.stdout, mode="r|") as archive,
        ):
            for member in archive:
                if any(fnmatch(member.name, pattern) for pattern in _WANTED):
                    _write(archive, member, folder / member.name)
    finally:
        _ask("rm", "--force", name)


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    if not (member.isreg() or member.issym()) or ".." in path.parts:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.isreg():
        content = archive.extractfile(member)
        assert content is not None
        path.write_bytes(content.read())
    elif not member.linkname.startswith("/"):
        path.symlink_to(member.linkname)


def _ask(*arguments: str) -> str:
    try:
        done = subprocess.run(
            [DOCKER, *arguments], capture_output=True, text=True, timeout=120, check=False
        )
    except OSError as error:
        raise ImageError(f"{DOCKER} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise ImageError((done.stderr.strip().splitlines() or [f"{arguments[0]} failed"])[-1])
    return done.stdout.strip()
