"""Canary and shadow as a person writes them, in the words of the gateway."""

import click
import pytest
from click.testing import CliRunner

from models.commands.trial import trial_options


def read(*arguments):
    reached = []

    @click.command()
    @trial_options
    def verb(trial):
        reached.append(trial)

    done = CliRunner().invoke(verb, arguments)
    return reached[0] if reached else done.output


def test_terms_become_annotations():
    assert read().annotations == {}
    assert read().seconds == 0
    canary = read("--canary", "0.1", "--calls", "50", "--seconds", "30", "--errors", "0.02")
    assert canary.annotations == {
        "dcf.rollout.mode": "canary", "dcf.rollout.share": "0.1", "dcf.rollout.calls": "50",
        "dcf.rollout.seconds": "30", "dcf.rollout.errors": "0.02",
    }  # fmt: skip
    assert canary.seconds == 30
    shadow = read("--shadow", "1", "--latency", "2", "--agreement", "0.95")
    assert shadow.annotations == {
        "dcf.rollout.mode": "shadow", "dcf.rollout.share": "1", "dcf.rollout.latency": "2",
        "dcf.rollout.agreement": "0.95",
    }  # fmt: skip
    assert shadow.seconds == 600


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--canary", "0.1", "--shadow", "0.1"), "choose one"),
        (("--calls", "50"), "--calls is nothing without --canary or --shadow"),
        (("--canary", "0"), "--canary must be a number from 0.001 to 0.5, got 0"),
        (("--shadow", "10%"), "--shadow must be a number from 0.001 to 1, got 10%"),
        (("--canary", "0.1", "--calls", "5"), "--calls must be a whole number from 10 to 100000"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(arguments, said):
    assert said in read(*arguments)
