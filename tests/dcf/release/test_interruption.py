"""What Ctrl-C says while a gateway goes on."""

import pytest

from dcf.client.base import Function
from dcf.client.rest import RestClient
from dcf.release.interruption import Interruption


def said(capsys, found, address="http://127.0.0.1:8080", fault=KeyboardInterrupt):
    interruption = Interruption(RestClient(address), "echo")
    interruption.found = found
    with pytest.raises(fault), interruption:
        raise fault
    return capsys.readouterr().err.splitlines()


def function(**annotations):
    told = {f"dcf.{key.replace('_', '-')}": text for key, text in annotations.items()}
    return Function("echo", available=1, replicas=1, annotations=told)


STARTING = {"rollout": "progressing", "rollout_replicas": "2"}
WATCH = "  watch it: dcf function history echo; dcf function log echo --follow"


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (None, ["Interrupted: the gateway goes on with echo.", WATCH]),
        (function(), ["Interrupted: the gateway goes on with echo.", WATCH]),
        (
            function(**STARTING, rollout_revision="1"),
            ["Interrupted: the gateway goes on with echo (revision 1: 0 of 2 ready).",
             WATCH, "  undo it:  dcf function delete echo"],
        ),
        (
            function(**STARTING, revision="4", rollout_revision="6"),
            ["Interrupted: the gateway goes on with echo (revision 6: 0 of 2 ready"
             "; revision 4 still serves).", WATCH, "  undo it:  dcf function rollback echo 4"],
        ),
    ],
    ids=["nothing-told", "other-gateway", "first", "update"],
)  # fmt: skip
def test_it_says_how_to_watch_and_how_to_undo(capsys, found, lines):
    assert said(capsys, found) == lines


def test_another_gateway_is_named_in_what_to_type(capsys):
    lines = said(capsys, function(**STARTING, rollout_revision="1"), "http://127.0.0.1:9")
    assert lines[1].count(" -g http://127.0.0.1:9") == 2
    assert lines[2].endswith("delete echo -g http://127.0.0.1:9")


def test_other_ends_speak_for_themselves(capsys):
    assert said(capsys, function(), fault=ValueError) == []
