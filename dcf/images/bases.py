"""The images functions are built on: found, pulled, or built from a checkout of this project."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import EngineFailed
from .engine import Engine, Watch

OURS = "dcf"
_TARGETS = {"watcher": "watcher", "tools": "tools", "gateway": "gateway", "ssd": "function"}
_FROM = r"^\s*FROM\s+(?:--\S+\s+)*%s/([\w./:-]+)"
_IN_REGISTRY = re.compile(_FROM % r"\$(?:REGISTRY|\{REGISTRY\})", re.MULTILINE | re.IGNORECASE)
_BY_NAME = re.compile(_FROM % OURS, re.MULTILINE | re.IGNORECASE)


class Bases:
    """Provides what a Dockerfile begins with.

    Args:
        engine: Has them, or gets them.
        say: Takes a line a person sees before something that takes long.
        watch: Follows the engine.
        flags: For every build.
        source: A checkout of this project, where there is one.
    """

    def __init__(
        self,
        engine: Engine,
        say: Callable[[str], None],
        watch: Callable[[], Watch],
        flags: Iterable[str],
        source: Path | None,
    ) -> None:
        self._engine, self._say, self._watch = engine, say, watch
        self._flags, self._source = tuple(flags), source

    def provide(self, dockerfile: str, registry: str, platform: str) -> str:
        """Make sure of the bases that a Dockerfile's text names; gives its argument REGISTRY.

        Those of the function's registry are taken where it has them all, else our own. Our own are
        never pulled: under their bare names a public registry would answer with somebody else's.

        Raises:
            EngineFailed: One is nowhere, or cannot be built.
        """
        wanted = sorted(set(_IN_REGISTRY.findall(dockerfile)))
        has_all = registry and all(self._got(f"{registry}/{each}", platform) for each in wanted)
        taken = registry if has_all else OURS
        ours = set(_BY_NAME.findall(dockerfile)) | set(wanted if taken == OURS else ())
        for name in sorted(ours):
            if not self._engine.has(f"{OURS}/{name}"):
                self._build(name)
            self._check(f"{OURS}/{name}", platform)
        return taken

    def _got(self, image: str, platform: str) -> bool:
        if self._engine.has(image) and self._fits(image, platform):
            return True
        self._say(f"Pulling {image} ...")
        flags = ("--platform", platform) if platform else ()
        try:
            self._engine.work(self._watch(), "pull", "--quiet", *flags, image)
        except EngineFailed:
            return False
        return True

    def _fits(self, image: str, platform: str) -> bool:
        """Tell whether an image that is here is for a platform, where one is asked for."""
        return not platform or platform.startswith(self._platform(image))

    def _platform(self, image: str) -> str:
        told = self._engine.look(image)
        return f"{told.get('Os', '')}/{told.get('Architecture', '')}".rstrip("/")

    def _check(self, image: str, platform: str) -> None:
        """Keep the builder from looking elsewhere for one that fits."""
        if not self._fits(image, platform):
            raise EngineFailed(
                f"base image {image} is for {self._platform(image)}, not {platform}: push bases "
                "for it to a registry, and write that as docker_registry"
            )

    def _build(self, name: str) -> None:
        image, target = f"{OURS}/{name}", _TARGETS.get(name)
        if self._source is None or target is None:
            raise EngineFailed(
                f"base image {image} is not here: write as docker_registry one that has it, or "
                "build it from a checkout of this project"
            )
        self._say(f"Base image {image} is not here: building it from {self._source} ...")
        flags = (*self._flags, "--target", target, "--tag", image)
        watch = self._watch()
        try:
            self._engine.work(watch, "build", *flags, str(self._source))
        except EngineFailed as fault:
            watch.recall()
            raise EngineFailed(
                f"base image {image} is not built ({fault.message}): the lines above say why"
            ) from fault


def find_source() -> Path | None:
    """The checkout of this project that runs; None where it was installed without one."""
    root = Path(__file__).parents[2]
    parts = ("Dockerfile", "deploy/image/install.sh", "watcher/__main__.py")
    return root if all((root / each).is_file() for each in parts) else None
