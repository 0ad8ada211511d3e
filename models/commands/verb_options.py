"""What options a verb of this command has, for steps of a pipeline."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import click

from ..pipeline.verbs import Option
from .bundle_type import BundleType

# Whether they are right is only known when the steps before have run.
_LATER = (click.Path, BundleType)


@cache
def options_of(words: str) -> tuple[Option, ...]:
    """The options and arguments of a verb, those of its groups first.

    Args:
        words: Such as ``data pull``.
    """
    from .__main__ import cli

    command: click.Command = cli
    context = click.Context(command, info_name="ssd")
    found: list[Option] = []
    *groups, last = words.split(" ")
    for word in (*groups, last):
        assert isinstance(command, click.Group), command
        inner = command.get_command(context, word)
        assert inner is not None, words
        command, context = inner, click.Context(inner, parent=context, info_name=word)
        found += [_option(param, context, word != last) for param in command.params]
    return tuple(found)


def _option(param: click.Parameter, context: click.Context, of_group: bool) -> Option:
    flag = next((each for each in param.opts if each.startswith("--")), "")
    is_option = isinstance(param, click.Option)
    usual: object = param.value_from_envvar(context)
    if usual is None:
        usual = param.get_default(context)
    return Option(
        name=flag.lstrip("-") if is_option else str(param.name),
        flag=flag if is_option else "",
        is_of_group=of_group,
        is_switch=isinstance(param, click.Option) and param.is_flag,
        is_many=param.multiple or param.nargs != 1,
        is_required=param.required,
        usual=str(usual) if isinstance(usual, str | int | float | Path) and usual else None,
        wrong=_judge(param, context),
    )


def _judge(param: click.Parameter, context: click.Context) -> Callable[[str], str]:
    def wrong(value: str) -> str:
        if isinstance(param.type, _LATER):
            return ""
        try:
            param.type.convert(value, param, context)
        except click.UsageError as fault:
            return fault.message
        return ""

    return wrong
