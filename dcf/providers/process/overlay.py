"""A function's requirements.txt, installed once into an environment of its own on top of ours.

The environment is a virtual one that sees the packages of the environment that serves. So pip
installs only what is not there at a fitting version, and a package of another version shadows ours
for that function alone. It goes on the function's path; no two functions meet in it unless they
require the same.
"""

import asyncio
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from venv import EnvBuilder

from ...archive import Entry
from ...errors import RolloutFailed
from ..packed.requirements import NAME, wants_nothing
from .isolation import Isolation
from .pip_run import run_pip
from .program_run import run_program
from .removal import remove

_CHECK_SECONDS = 90.0
_MAX_BYTES = 1 << 20  # more is refused when it is to be installed
Log = Callable[[str], None]

# What a line must not have to mean the same wherever it is read: a path, an option, an archive.
_HASH_OR_COMMENT = re.compile(r"--hash=\S+|(^|\s)#.*")
_NAMES_FILES = re.compile(r"[/\\]\S|^\s*-|\.(whl|zip|tar|gz|bz2|xz|tgz|tbz)\b")


@dataclass
class _Install:
    """One pip at work, and who waits for it."""

    task: asyncio.Task[None]
    logs: list[Log] = field(default_factory=list)


class Overlays:
    """Installed requirements, named by the digest of all they depend on."""

    def __init__(self, cache: Path, isolation: Isolation | None = None) -> None:
        self._cache, self._isolation = cache, isolation or Isolation()
        self._running: dict[str, _Install] = {}
        self._keys: dict[Path, str] = {}
        remove(cache.glob("*.partial"))  # of a gateway that was killed

    async def installed(self, folder: Path, entry: Entry, log: Log) -> Path | None:
        """Where the packages are that unpacked code requires, or None if it requires none.

        Those who ask for the same while it is being installed wait together; when the last of
        them is cancelled, so is the installation.

        Args:
            folder: The unpacked code.
            entry: Where in it the handler is; its requirements.txt lies beside it.
            log: Takes one line at a time.

        Raises:
            RolloutFailed: It leads out of the code, or pip could not install it.
        """
        key = await asyncio.to_thread(self.key, folder, entry)
        if not key:
            return None
        packages = self._cache / key / _packages()
        if packages.is_dir():
            return packages
        install = self._running.get(key)
        if install is None:
            task = asyncio.create_task(self._install(key, folder, entry))
            install = self._running[key] = _Install(task)
        install.logs.append(log)
        log(f"installing {_requirements(folder, entry).name} (once; kept as overlay {key[:12]})")
        try:
            await asyncio.shield(install.task)
        finally:
            install.logs.remove(log)
            if not install.logs:
                install.task.cancel()
                if self._running.get(key) is install:
                    del self._running[key]
                await asyncio.wait({install.task})  # pip has ended, too
        return packages

    def key(self, folder: Path, entry: Entry) -> str:
        """The name of what unpacked code requires; empty if it requires nothing."""
        if folder not in self._keys:
            self._keys[folder] = _key(folder, _requirements(folder, entry))
        return self._keys[folder]

    def keep_only(self, keys: Iterable[str]) -> None:
        """Delete the installed requirements that no kept code names."""
        kept = set(keys)
        found = list(self._cache.iterdir())
        remove(each for each in found if each.name not in kept and each.suffix != ".partial")

    async def _install(self, key: str, folder: Path, entry: Entry) -> None:
        requirements = _requirements(folder, entry)
        answer = await run_program(
            *(f"{__package__}.requirement_check", folder, requirements),
            seconds=_CHECK_SECONDS,
        )
        if "fault" in answer:
            raise RolloutFailed(answer["fault"])
        partial = self._cache / f"{key}.{os.urandom(4).hex()}.partial"

        def tell(line: str) -> None:
            for log in list(self._running[key].logs) if key in self._running else ():
                log(line)

        making = asyncio.create_task(asyncio.to_thread(_make_environment, partial))
        try:
            await asyncio.shield(making)
            before = self._isolation.before(folder, partial)
            if reason := await run_pip(partial / "bin" / "python", requirements, tell, before):
                raise RolloutFailed(f"{requirements.name} cannot be installed: {reason}")
            partial.rename(self._cache / key)
        finally:
            await asyncio.wait({making})  # a thread cannot be cancelled
            remove([partial])


def _requirements(folder: Path, entry: Entry) -> Path:
    return folder / entry.directory / NAME


def _packages() -> Path:
    """The folder of packages inside an environment."""
    return Path("lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages")


def _serving_packages() -> list[Path]:
    """The folders of packages of the environment that serves."""
    return [Path(each) for each in sys.path if Path(each).name.endswith("-packages")]


def _key(folder: Path, requirements: Path) -> str:
    """The digest of the file, of Python, and of the packages that are here already.

    A file that names others (a wheel beside it, `-r`) is told apart by the code it came with.
    """
    if not requirements.is_file():
        return ""
    with requirements.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    is_whole, text = len(data) <= _MAX_BYTES, data.decode(errors="replace")
    lines = text.splitlines()
    if is_whole and wants_nothing(text):
        return ""
    here = (path.name for each in _serving_packages() for path in each.glob("*.dist-info"))
    parts = [sys.version, sys.prefix, *sorted(here), text]
    if not is_whole or any(_NAMES_FILES.search(_HASH_OR_COMMENT.sub("", line)) for line in lines):
        parts.append(folder.name)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _make_environment(folder: Path) -> None:
    EnvBuilder(symlinks=True, with_pip=False).create(folder)
    text = "".join(f"{each}\n" for each in _serving_packages())
    (folder / _packages() / "serving.pth").write_text(text, encoding="utf-8")
