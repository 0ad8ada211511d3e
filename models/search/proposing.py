"""Optuna's parts by the names that search.yaml has for them."""

from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
)
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import Trial

from .search_file import Plan
from .space import Range, Value

_STARTUP = 4
"""Trials that end in any case before others are held against them."""


def sampler_of(plan: Plan, number: int) -> BaseSampler:
    """What proposes a trial.

    Args:
        plan: The search.
        number: Trials that there are already: each has a seed of its own, so that it does not
            matter which worker asks, or whether it has asked before.
    """
    seed = (plan.seed * 1_000_003 + number) % (1 << 32)
    if plan.sampler == "random":
        return RandomSampler(seed=seed)
    # Trials under way count as bad ones, so that workers do not try the same.
    return TPESampler(seed=seed, constant_liar=True)


def pruner_of(plan: Plan) -> BasePruner:
    """What ends a trial that is behind the others."""
    match plan.pruner:
        case "median":
            return MedianPruner(n_startup_trials=_STARTUP, n_warmup_steps=1)
        case "percentile":
            return PercentilePruner(25.0, n_startup_trials=_STARTUP, n_warmup_steps=1)
        case "halving":
            return SuccessiveHalvingPruner()
        case "hyperband":
            return HyperbandPruner(max_resource=max(plan.base.epochs, 1))
        case _:
            return NopPruner()


def suggest(trial: Trial, key: str, wanted: Range) -> Value:
    """A trial's value of one key; the one that it has already where it has one."""
    value: Value
    if wanted.choice is not None:
        value = trial.suggest_categorical(key, list(wanted.choice))
    elif wanted.ints is not None:
        value = trial.suggest_int(key, *wanted.ints, step=int(wanted.step or 1))
    else:
        low, high = wanted.bounds
        is_log = wanted.log is not None
        value = trial.suggest_float(key, low, high, log=is_log, step=wanted.step)
    return value
