"""What labels and annotations say: how many replicas, who made it, and the rest."""

import re
from dataclasses import dataclass

from ..config import FunctionConfig
from ..errors import ConfigError
from ..object_labels import LONGER_TEXT, is_label_value
from ..scale_labels import PREFIX

# OpenFx' gateway has a name of its own for the least.
_LEAST, _MOST = (f"{PREFIX}min", "scale_min"), (f"{PREFIX}max", "scale_max")


@dataclass(frozen=True)
class Scaling:
    """Replicas, at least and at most; None where the labels say nothing."""

    least: int | None
    most: int | None


def scaling_of(function: FunctionConfig) -> Scaling:
    """Read the scaling labels; raises `ConfigError` if they are no counts or cross."""
    least, most = _count(function, _LEAST), _count(function, _MOST)
    if least is not None and most is not None and least > most:
        raise ConfigError(
            f"functions.{function.name}.labels: scale.min {least} is more than scale.max {most}"
        )
    if function.labels.get(f"{PREFIX}zero", "").lower() == "true":
        least = 0
    return Scaling(least, most)


def plain_labels(function: FunctionConfig) -> dict[str, str]:
    """The other labels; raises `ConfigError` for a value that Kubernetes does not take."""
    kept = {
        key: text
        for key, text in function.labels.items()
        if not key.startswith(PREFIX) and key not in (*_LEAST, *_MOST)
    }
    for key, text in kept.items():
        if not is_label_value(text):
            raise ConfigError(f"functions.{function.name}.labels.{key} is {text!r}; {LONGER_TEXT}")
    return kept


def annotations_of(function: FunctionConfig) -> dict[str, str]:
    """The function's annotations, with what it says of itself under the names DCF gives that."""
    told = {"desc": function.desc, "maintainer": function.maintainer}
    return {**function.annotations, **{key: text for key, text in told.items() if text}}


def _count(function: FunctionConfig, keys: tuple[str, ...]) -> int | None:
    for key in keys:
        text = function.labels.get(key, "")
        if not text:
            continue
        if re.fullmatch(r"\d{1,5}", text, re.ASCII) is None:
            raise ConfigError(
                f"functions.{function.name}.labels.{key} is {text!r}; it must be a whole number"
            )
        return int(text)
    return None
