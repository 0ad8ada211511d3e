"""How a model is tried out beside the one that serves: options of a verb."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import click

from .numbers import Number, Whole


class Trial(NamedTuple):
    """On which terms, as a person wrote them.

    Attributes:
        mode: ``canary``, ``shadow``, or nothing: it takes over at once.
        terms: What else was said, by the names that the gateway has for it.
    """

    mode: str
    terms: dict[str, str]

    @property
    def annotations(self) -> dict[str, str]:
        """What the gateway reads."""
        from ..delivery.notes import TRIAL

        named = {"mode": self.mode, **self.terms} if self.mode else {}
        return {f"{TRIAL}{name}": text for name, text in named.items()}

    @property
    def seconds(self) -> float:
        """How long it may last; the gateway's own default where nothing was said."""
        return float(self.terms.get("seconds", "600")) if self.mode else 0.0


# The gateway's own limits: half of the calls at most for a revision that is being judged.
_CANARY, _SHADOW = Number(0.001, 0.5), Number(0.001, 1)
_TERMS = {
    "calls": (Whole(10, 100_000), "Calls of it that decide.  [gateway's: 200]"),
    "seconds": (Number(1, 604_800), "Longest time of a trial.  [gateway's: 600]"),
    "errors": (Number(0, 1), "How much more of its calls may fail.  [gateway's: 0.01]"),
    "latency": (Number(1, 1000), "How many times slower it may be.  [gateway's: 1.5]"),
    "agreement": (Number(0, 1), "Least share of answers that agree.  [gateway's: 0]"),
}


def trial_options(verb: Callable[..., None]) -> Callable[..., None]:
    """Adds ``--canary``, ``--shadow`` and their terms to a verb, which gets them as ``trial``."""

    @wraps(verb)
    def chosen(
        *,
        canary: float | None,
        shadow: float | None,
        **others: Any,  # noqa: ANN401 - the verb's own
    ) -> None:
        found = {name: others.pop(name) for name in _TERMS}
        terms = {name: f"{value:g}" for name, value in found.items() if value is not None}
        if canary is not None and shadow is not None:
            raise click.UsageError("--canary answers calls, --shadow never does: choose one")
        share = shadow if canary is None else canary
        if share is None:
            if terms:
                raise click.UsageError(f"--{min(terms)} is nothing without --canary or --shadow")
            verb(trial=Trial("", {}), **others)
            return
        mode = "shadow" if canary is None else "canary"
        verb(trial=Trial(mode, {"share": f"{share:g}", **terms}), **others)

    adding: Callable[..., None] = chosen
    for name, (kind, words) in reversed(_TERMS.items()):
        adding = click.option(f"--{name}", type=kind, help=words)(adding)
    adding = click.option("--shadow", type=_SHADOW, help="Share of calls that it gets copies of.")(
        adding
    )
    return click.option("--canary", type=_CANARY, help="Share of calls that it answers first.")(
        adding
    )
