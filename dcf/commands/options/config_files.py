"""Which config file a verb reads when none is named."""

from pathlib import Path

import click

from ...config import Config, FunctionConfig, load
from ...errors import ConfigError, InvalidRequest

_USUAL = "config.yaml"


def find(named: str) -> Path:
    """The file named, else config.yaml, else as in the original the last with `yaml` in its name.

    Raises:
        ConfigError: None is named and there is none.
    """
    if named:
        return Path(named)
    there = sorted(each for each in Path().iterdir() if "yaml" in each.name and each.is_file())
    if not there:
        raise ConfigError("no config file in this folder: name one with -f")
    return Path(_USUAL) if Path(_USUAL).is_file() else there[-1]


def function_of(config: Config, name: str) -> FunctionConfig:
    """One function of a config file by its name; raises `InvalidRequest`."""
    for each in config.functions:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in config.functions)
    raise InvalidRequest(f"function {name} is not in {config.path}: it has {names}")


def load_some(named: str, names: tuple[str, ...]) -> list[FunctionConfig]:
    """The functions of a config file, or those of the given names; another is a wrong usage."""
    loaded = load(find(named))
    if strange := set(names) - {each.name for each in loaded.functions}:
        raise click.UsageError(f"{', '.join(sorted(strange))} is not in {loaded.path}")
    return [each for each in loaded.functions if not names or each.name in names]
