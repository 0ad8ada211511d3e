"""``train.yaml``: read and checked, every mistake told in one line."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec
import yaml

from .errors import BadRecipe
from .recipe import Recipe

_MOST_BYTES = 1 << 20
_Record = TypeVar("_Record", bound=msgspec.Struct)


def read_recipe(file: Path) -> Recipe:
    """Reads a recipe; what it does not say has its default.

    Args:
        file: The YAML file.

    Returns:
        The recipe.

    Raises:
        BadRecipe: It cannot be read, or says what cannot be; names the key.
    """
    return recipe_of(read_map(file), str(file))


def read_map(file: Path) -> dict[str, Any]:
    """Reads a YAML file of keys; an empty one has none.

    Raises:
        BadRecipe: It cannot be read, or is no map.
    """
    with file.open("rb") as stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise BadRecipe(f"{file} has more than 1 MiB: that is no file of hyper-parameters")
    try:
        document = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecipe(f"{file} is not YAML: {' '.join(str(error).split())}") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise BadRecipe(f"{file} must be a map of keys, got {type(document).__name__}")
    return document


def recipe_of(document: dict[str, Any], where: str) -> Recipe:
    """The recipe of a document; what it does not say has its default.

    Args:
        document: Its keys.
        where: What to call it in an error.

    Raises:
        BadRecipe: It says what cannot be; names the key.
    """
    return read_table(document, Recipe, where)


def read_table(document: dict[str, Any], record: type[_Record], where: str) -> _Record:
    """The record of a document, each of its keys checked.

    Args:
        document: Its keys.
        record: What it is to be.
        where: What to call it in an error.

    Raises:
        BadRecipe: It says what cannot be; names the key.
    """
    _refuse_unknown(where, "", document, record)
    try:
        # YAML 1.1 takes 1e-3 for a text.
        return msgspec.convert(document, record, strict=False)
    except msgspec.ValidationError as error:
        raise BadRecipe(f"{where}: {_words(error)}") from error


def format_recipe(recipe: Recipe) -> str:
    """The recipe as YAML with every key."""
    text: str = yaml.safe_dump(msgspec.to_builtins(recipe), sort_keys=False)
    return text


def _refuse_unknown(file: str, path: str, table: dict[Any, Any], record: type) -> None:
    kinds = get_type_hints(record)
    for key, value in table.items():
        if key not in kinds:
            near = get_close_matches(str(key)[:60], kinds, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise BadRecipe(
                f"{file}: {path}{str(key)[:60]}: unknown key; {hint}allowed are {', '.join(kinds)}"
            )
        if isinstance(kinds[key], type) and issubclass(kinds[key], msgspec.Struct):
            if not isinstance(value, dict):
                raise BadRecipe(f"{file}: {path}{key} must be a map, got {type(value).__name__}")
            _refuse_unknown(file, f"{path}{key}.", value, kinds[key])


def _words(error: msgspec.ValidationError) -> str:
    """``Expected `int` >= 1 - at `$.rate.peak``` with the key first."""
    message, _, place = str(error).partition(" - at `$.")
    return f"{place.rstrip('`')}: {message}" if place else message
