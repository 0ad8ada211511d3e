"""Verbs and flags that are not there: the real command names those that may be meant."""

import subprocess
import sys

import click
import pytest

from dcf.cli import cli
from dcf.unknown_words import _FLAGS, _VERBS


def said(*arguments):
    """The last line that the real command writes of a wrong line."""
    done = subprocess.run(
        [sys.executable, "-m", "dcf", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("functon list", "dcf function"), ("functions list", "dcf function"),
        ("gatway start", "dcf gateway"), ("lgin", "dcf login"), ("verson", "dcf version"),
        ("lst", "dcf function list"), ("list", "dcf function list"), ("log", "dcf function log"),
        ("call x", "dcf function call"), ("deploy -f c", "dcf function deploy"),
        ("start", "dcf gateway start"), ("up", "dcf function create"), ("help", "dcf --help"),
        ("function lst", "dcf function list"), ("function ls", "dcf function list"),
        ("fn crate", "dcf fn create"), ("function describe x", "dcf function info"),
        ("function undo x", "dcf function rollback"), ("function down x", "dcf function delete"),
        ("function new x", "dcf function init"), ("function help", "dcf function --help"),
        ("gateway strat", "dcf gateway start"), ("gateway fsck", "dcf gateway check"),
        ("gateway serve", "dcf gateway start"), ("secret ls", "dcf secret list"),
        ("secret del x", "dcf secret delete"), ("queue retry", "dcf queue replay"),
        ("runtime ls", "dcf runtime list"), ("r lst", "dcf r list"),
    ],
)  # fmt: skip
def test_the_verb_that_is_meant_is_named(line, meant):
    assert said(*line.split()).endswith(f". Did you mean `{meant}`?")


@pytest.mark.parametrize("group", ["", "function", "gateway", "secret", "queue", "runtime"])
def test_a_word_like_no_verb_leads_to_the_help(group):
    path = f"dcf {group}".strip()
    assert said(*group.split(), "qqqq") == f"Error: No such command 'qqqq': see `{path} --help`."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("function create --replicas 2", "'--replicas'. Did you mean `--min`?"),
        ("function create --max-replicas 2", "'--max-replicas'. Did you mean `--max`?"),
        ("function create --yaml x", "'--yaml'. Did you mean `--config`?"),
        (
            "function create --env-file x",
            "'--env-file': a function of the config file has it, as environment_file.",
        ),
        (
            "function create --env A=b",
            "'--env': a function of the config file has it, as environment.",
        ),
        (
            "function run --memory 1",
            "'--memory': a function of the config file has it, as limits.memory.",
        ),
        ("function list --gatway x", "'--gatway'. Did you mean `--gateway`?"),
        ("function list --url x", "'--url'. Did you mean `--gateway`?"),
        ("function call f --data x", "'--data'. Did you mean `--file`?"),
        ("function log f -n 3", "'-n'. Did you mean `--tail`?"),
        ("function init --lang x", "'--lang'. Did you mean `--runtime`?"),
        ("gateway start --data x", "'--data'. Did you mean `--home`?"),
        ("function list --qqqq", "'--qqqq': see `dcf function list --help`."),
        ("function list -q", "'-q': see `dcf function list --help`."),
        ("function --gatway x list", "'--gatway'. Did you mean `--gateway`?"),
        ("function scale f -1", "'-1': no number here is below 0."),
        ("--verson", "'--verson'. Did you mean `--version`?"),
    ],
)
def test_the_flag_that_is_meant_is_named(line, words):
    assert said(*line.split()) == f"Error: No such option {words}"


def test_a_long_word_is_cut():
    assert len(said("x" * 10_000)) < 200
    assert len(said("function", "list", "--" + "x" * 10_000)) < 200


def every(group):
    """The names of all verbs below a group, and the flags of all."""
    for name in group.list_commands(None):
        verb = group.get_command(None, name)
        yield name
        yield from (flag for each in verb.params for flag in each.opts)
        if isinstance(verb, click.Group):
            yield from every(verb)


def test_every_answer_of_the_tables_is_there():
    there = set(every(cli))
    for table in (_VERBS, _FLAGS):
        assert {meant for row in table.values() for meant in row} <= there
