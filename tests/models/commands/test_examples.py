"""Every help of the ssd command ends with examples, and each can be typed as it stands."""

import os

import click
import pytest
from click.testing import CliRunner

from models.commands.__main__ import cli
from models.commands.examples import examples
from tests.help_examples import check_example, every_verb, examples_of


@pytest.mark.parametrize("words", [words for words, _ in every_verb(cli, "ssd")])
def test_help_has_examples_of_the_verb_itself(words):
    lines = examples_of("models.commands", words)
    assert any(words in line for line in lines), f"no example of {words}: {lines}"


LINES = {
    line.strip(): None
    for _, verb in every_verb(cli, "ssd")
    for line in (verb.epilog or "").splitlines()
    if line.startswith("  ")
}


@pytest.mark.parametrize("line", LINES)
def test_an_example_can_be_read(line, monkeypatch, tmp_path):
    for name in [*os.environ]:
        if name.startswith(("DCF_", "OPENF", "COCO", "SSD_", "basic_auth", "secret_mount")):
            monkeypatch.delenv(name)
    check_example(line, monkeypatch, tmp_path)


def test_a_wrong_example_would_be_found(monkeypatch, tmp_path):
    with pytest.raises(AssertionError, match="No such option"):
        check_example(f"{next(iter(LINES))} --no-such-flag", monkeypatch, tmp_path)


def test_lines_stand_as_they_were_given():
    @examples("one  two", "three" * 40)
    @click.command()
    def verb():
        pass

    said = CliRunner().invoke(verb, ["--help"]).output
    assert said.endswith(f"  Examples:\n    one  two\n    {'three' * 40}\n")
