"""Numbers that an option takes: what they may be is said in the words of this project."""

import math

import click

_SHOWN = 40


class Whole(click.IntRange):
    """A whole number within bounds, both of them allowed."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The number; another is a wrong usage that says what is allowed."""
        try:
            return super().convert(value, param, ctx)  # type: ignore[arg-type] # whatever was typed
        except click.BadParameter as fault:
            raise _refusal("a whole number", self, value, param, ctx) from fault


class Number(click.FloatRange):
    """A number within bounds, both of them allowed; no infinity, and nothing that is no number."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; another is a wrong usage that says what is allowed."""
        try:
            number = super().convert(value, param, ctx)  # type: ignore[arg-type] # whatever was typed
        except click.BadParameter as fault:
            raise _refusal("a number", self, value, param, ctx) from fault
        if not math.isfinite(number):
            raise _refusal("a number", self, value, param, ctx)
        return number


def _refusal(
    kind: str,
    bounds: click.IntRange | click.FloatRange,
    value: object,
    param: click.Parameter | None,
    ctx: click.Context | None,
) -> click.UsageError:
    text = str(value)
    came = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    allowed = f"of {bounds.min} or more" if bounds.max is None else (
        f"from {bounds.min} to {bounds.max}"
    )  # fmt: skip
    return click.UsageError(f"{_named(param, ctx)} must be {kind} {allowed}, got {came}", ctx)


def _named(param: click.Parameter | None, ctx: click.Context | None) -> str:
    """The flag, the argument, or the variable that the value came from."""
    if param is None:
        return "the value"
    if not isinstance(param, click.Option):
        return (param.name or "the value").upper()
    flag = next((each for each in param.opts if each.startswith("--")), param.opts[0])
    source = ctx.get_parameter_source(param.name) if ctx and param.name else None
    return f"{param.envvar} ({flag})" if source is click.core.ParameterSource.ENVIRONMENT else flag
