import click
import pytest

from models.commands.verb_options import options_of
from models.pipeline.verbs import VERBS


@pytest.mark.parametrize("words", VERBS)
def test_every_verb_of_the_table_has_the_options_that_it_names(words):
    verb, names = VERBS[words], {option.name for option in options_of(words)}
    resume = () if verb.resume is None else (verb.resume.option, verb.resume.output,
                                             *verb.resume.leaves_out)  # fmt: skip
    assert {*verb.reads, *verb.writes, *verb.barred, *resume} <= names


@pytest.mark.parametrize("words", VERBS)
def test_whatever_a_verb_takes_as_a_path_is_an_input_or_an_output(words):
    """What is left out would be neither compared nor put aside."""
    from models.commands.__main__ import cli

    verb, command = VERBS[words], cli
    for word in words.split():
        command = command.get_command(click.Context(command), word)
    paths = {
        next((each for each in param.opts if each.startswith("--")), param.name).lstrip("-")
        for param in command.params
        if isinstance(param.type, click.Path) or param.type.name in {"bundle", "folder"}
    }
    assert paths - verb.barred - {"cache"} <= verb.reads.keys() | verb.writes.keys()


def test_options_are_as_the_verb_has_them():
    options = {option.name: option for option in options_of("models add")}
    assert options["registry"].is_of_group
    assert options["bundle"].flag == ""
    assert options["bundle"].is_required
    assert options["trial"].flag == "--trial"
    assert "--trial must be a whole number" in options["trial"].wrong("0")
    assert options["trial"].wrong("7") == ""
    assert options["bundle"].wrong("not there yet") == ""
    switch = {option.name: option for option in options_of("data push")}["replace"]
    assert switch.is_switch
    assert switch.usual is None
    folders = {option.name: option for option in options_of("data check")}["folders"]
    assert folders.is_many
