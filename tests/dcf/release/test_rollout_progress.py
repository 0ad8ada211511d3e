"""What the gateway itself says while a person waits, told once."""

import json

import pytest

from dcf.release.rollout_progress import RolloutProgress

LOGS = "GET /system/logs?name=echo&tail=200&follow=false"


def lines(*pairs):
    said = [
        {"name": "echo", "instance": instance, "timestamp": f"t{number}", "text": text}
        for number, (instance, text) in enumerate(pairs)
    ]
    return 200, "\n".join(map(json.dumps, said)).encode()


OLD, NEW = ("echo", "installing numpy"), ("echo", "installed")


def test_what_is_new_is_told_once_and_what_replicas_write_is_not(stand_in, client):
    stand_in.table[LOGS] = [
        lines(OLD), lines(OLD, ("echo-1", "a replica's")), lines(OLD, NEW), lines(OLD, NEW),
    ]  # fmt: skip
    told = []
    progress = RolloutProgress(client, "echo", told.append)
    for _ in range(3):
        progress.go_on()
    assert told == ["  installed"]


def test_where_nobody_watches_nothing_is_asked(stand_in, client):
    progress = RolloutProgress(client, "echo", None)
    progress.go_on()
    assert stand_in.asked == []


@pytest.mark.parametrize("answer", [(404, b""), (500, b""), (200, b"no json")])
def test_a_gateway_without_logs_is_no_reason_to_fail(stand_in, client, answer):
    stand_in.table[LOGS] = answer
    told = []
    progress = RolloutProgress(client, "echo", told.append)
    progress.go_on()
    assert told == []
    stand_in.table[LOGS] = lines(NEW)
    progress.go_on()
    assert told == ["  installed"]
