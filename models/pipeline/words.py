"""A step as the command line that it is."""

from collections.abc import Mapping, Sequence

from .description import GIVEN, Step
from .machine import How
from .verbs import Option


def words_of(
    step: Step, options: Sequence[Option], how: How, given: Mapping[str, str]
) -> tuple[str, ...]:
    """The words behind ``ssd``; no value can be taken for an option.

    Args:
        step: The step.
        options: Those of its verb.
        how: Whether it goes on with what it had begun.
        given: Ids of models, by the name of the step that gave them.
    """
    resume = step.verb.resume if how is How.GO_ON else None
    before: list[str] = []
    flags: list[str] = []
    arguments: list[str] = []
    for option in options:
        values = step.options.get(option.name)
        if values is None or (resume and option.name in resume.leaves_out):
            continue
        meant = [given[each[1:]] if each.startswith(GIVEN) else each for each in values]
        if not option.flag:
            arguments += meant
        else:
            place = before if option.is_of_group else flags
            place += (
                [option.flag] if option.is_switch else [f"{option.flag}={each}" for each in meant]
            )
    if resume:
        flags += [f"--{resume.option}={each}" for each in step.options[resume.output]]
    group, *rest = step.words.split(" ")
    return (group, *before, *rest, *flags, *(["--", *arguments] if arguments else ()))
