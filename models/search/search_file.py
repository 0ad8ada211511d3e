"""``search.yaml``: what to try, from where, and what for."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ..training.errors import BadRecipe
from ..training.recipe import Recipe
from ..training.recipe_file import read_map, read_recipe, read_table, recipe_of
from .space import Range, check_space

DEFAULT = Path(__file__).with_name("default.yaml")


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the best trial is the best in.

    Attributes:
        maximize: Precision on the pictures that the run measures on.
        latency_ms: Median time of a picture that the trial's bundle may take on this machine; None
            for any.
        precision: Of the bundle whose time is taken.
    """

    maximize: Literal["mAP", "AP50", "AP75"] = "mAP"
    latency_ms: Annotated[float, msgspec.Meta(gt=0)] | None = None
    precision: Literal["float32", "int8"] = "float32"


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A search.

    Attributes:
        base: The recipe whose keys are varied.
        space: What each varied key may be.
        objective: What for.
        sampler: What proposes the next trial.
        pruner: What ends a trial that is behind the others.
        seed: What proposals are drawn from.
    """

    base: Recipe = Recipe()
    space: dict[str, Range]
    objective: Objective = Objective()
    sampler: Literal["tpe", "random"] = "tpe"
    pruner: Literal["median", "percentile", "halving", "hyperband", "none"] = "median"
    seed: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


def read_search(file: Path) -> Plan:
    """Reads a search.

    Args:
        file: The YAML file; a ``base`` in it is a path seen from its folder, or a recipe's keys.

    Returns:
        The search, with the base's recipe in it.

    Raises:
        BadRecipe: It cannot be read, or says what cannot be; names the key.
    """
    document: dict[str, Any] = dict(read_map(file))
    base = document.pop("base", {})
    objective = document.get("objective")
    if isinstance(objective, str):
        document["objective"] = {"maximize": objective}
    if not isinstance(document.get("space"), dict):
        raise BadRecipe(f"{file}: space must be a map of train.yaml's keys to what they may be")
    plan = read_table(document, Plan, str(file))
    plan = msgspec.structs.replace(plan, base=_base(base, file))
    check_space(plan.space, plan.base, str(file))
    return plan


def _base(given: object, file: Path) -> Recipe:
    if isinstance(given, str):
        return read_recipe(file.parent / given)
    if isinstance(given, dict):
        return recipe_of(given, f"{file}: base")
    raise BadRecipe(f"{file}: base must be a recipe's path or its keys, got {type(given).__name__}")
