"""Builds the image of a function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..config import FunctionConfig
from ..errors import EngineFailed
from .bases import Bases, find_source
from .engine import Engine, Watch
from .names import to_build
from .recipe import arguments_of, context_of, labels_of, recipe_of


@dataclass(frozen=True)
class Wishes:
    """How to build, beyond what the config file says.

    Attributes:
        arguments: Of the build; they win over the config file's.
        platform: Such as linux/arm64; empty for the config file's, or the engine's own.
        flags: More words for the engine, such as `--no-cache`.
    """

    arguments: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    flags: tuple[str, ...] = ()


class Builder:
    """Builds images with an engine.

    Args:
        engine: Builds.
        say: Takes lines a person sees.
        watch: Gives who follows the next build.
        environ: May name a certificate for the package index, and pip's settings, as pip has them.
    """

    def __init__(
        self,
        engine: Engine,
        say: Callable[[str], None],
        watch: Callable[[], Watch],
        environ: Mapping[str, str],
    ) -> None:
        self._engine, self._watch = engine, watch
        self._flags = ("--network=host", *_secrets(environ))
        self._bases = Bases(engine, say, watch, self._flags, find_source())

    def build(self, function: FunctionConfig, wishes: Wishes) -> str:
        """Build one function's image; gives its name.

        Raises:
            ConfigError: What the config file says of its image cannot be.
            ArchiveError: Its files cannot be gathered.
            EngineFailed: The builder failed, or a base image is missing.
        """
        image, recipe = to_build(function), recipe_of(function)
        given = {**function.build_args, **wishes.arguments}.get("REGISTRY")
        text = recipe.dockerfile.read_text(encoding="utf-8", errors="replace")
        platform = wishes.platform or function.platform
        registry = given or self._bases.provide(text, function.registry.rstrip("/"), platform)
        flags = [*self._flags, *wishes.flags, "--file", str(recipe.dockerfile), "--tag", image]
        flags += ["--platform", platform] if platform else []
        for key, value in arguments_of(function, registry, wishes.arguments).items():
            flags += ["--build-arg", f"{key}={value}"]
        for key, value in labels_of(function, recipe).items():
            flags += ["--label", f"{key}={value}"]
        with context_of(function, recipe) as context:
            watch = self._watch()
            try:
                self._engine.work(watch, "build", *flags, str(context))
            except EngineFailed as fault:
                watch.recall()
                raise EngineFailed(
                    f"image {image} of function {function.name} is not built ({fault.message}): "
                    f"the lines above say why; it was built with {recipe.dockerfile}"
                ) from fault
        return image


def _secrets(environ: Mapping[str, str]) -> list[str]:
    """What only the step that installs packages sees."""
    flags: list[str] = []
    for name, variable in (("cacert", "PIP_CERT"), ("pip", "PIP_CONFIG_FILE")):
        file = environ.get(variable, "")
        if file and (name == "cacert" or Path(file).is_file()):  # /dev/null means: no settings
            flags += ["--secret", f"id={name},src={file}"]
    return flags
