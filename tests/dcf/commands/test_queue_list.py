"""dcf queue list, and with it replay and drop, over both wires."""

import json

import pytest
import requests


@pytest.fixture(scope="module")
def source(tmp_path_factory, write_function):
    return write_function(tmp_path_factory.mktemp("queue"), "echo")


@pytest.fixture
def with_failed(gateways, source, wait_for, dcf):
    """A gateway with the failed calls `one` and `two` of a function that is there again."""
    gateway = gateways()
    gateway.deploy(source)
    assert dcf("function", "scale", "echo", "0", "-g", gateway.rest).returncode == 0
    for call_id in ("one", "two"):
        url = gateway.rest + "/async-function/echo/path"
        answer = requests.post(url, data=b"body", headers={"X-Call-Id": call_id}, timeout=20)
        assert answer.status_code == 202
    said = dcf("queue", "list", "-g", gateway.rest).stdout.decode()
    assert said.startswith("2 waiting, the oldest for ")
    assert said.endswith("0 running, 0 failed\n")
    gateway.dcf("delete", "echo")
    wait_for(lambda: len(state(dcf, gateway.rest)["failed"]) == 2)
    wait_for(lambda: is_idle(dcf, gateway.rest))
    gateway.deploy(source)
    return gateway


def state(dcf, address):
    done = dcf("queue", "list", "--json", "-g", address)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def is_idle(dcf, address):
    found = state(dcf, address)
    return found["running"] == found["waiting"] == 0


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_failed_calls_are_listed_replayed_and_dropped(with_failed, dcf, wait_for, wire):
    address = getattr(with_failed, wire)
    head, titles, *rows = dcf("queue", "list", "-g", address).stdout.decode().splitlines()
    assert head == "0 waiting, 0 running, 2 failed"
    assert titles.split() == ["Call", "Function", "Queued", "Attempts", "Status", "Bytes", "Reason"]
    assert {row.split()[0] for row in rows} == {"one", "two"}
    assert all(row.endswith("was deleted while the call waited") for row in rows)
    done = dcf("queue", "replay", "-g", address, "one")
    assert (done.returncode, done.stdout) == (0, b"Replayed: one\n")
    wait_for(lambda: is_idle(dcf, address))
    assert [each["call_id"] for each in state(dcf, address)["failed"]] == ["two"]
    done = dcf("queue", "drop", "--all", "-g", address)
    assert (done.returncode, done.stdout) == (0, b"Dropped: two\n")
    assert state(dcf, address)["failed"] == []


def test_how_long_the_oldest_waits_is_told_where_one_waits(ask, stand_in):
    stand_in.table |= {
        "GET /system/queue": (
            200,
            {"waiting": 2, "running": 1, "failed": 0, "oldest_seconds": 61.5},
        ),
        "GET /system/queue/failed": (200, []),
    }
    assert ask("queue", "list").stdout == "2 waiting, the oldest for 62 s, 1 running, 0 failed\n"


def test_a_row_says_what_failed_the_call_or_its_callback(ask, stand_in):
    call = {
        "call_id": "a", "function": "f", "path": "/x", "callback": "", "queued_at": "t",
        "attempts": 3, "status": 0, "reason": "gone", "size": 10,
    }  # fmt: skip
    posted = {**call, "call_id": "b", "path": "", "status": 502, "reason": "no answer"}
    state = {"waiting": 0, "running": 0, "failed": 2, "oldest_seconds": 0}
    stand_in.table |= {
        "GET /system/queue": (200, state),
        "GET /system/queue/failed": (200, [call, posted]),
    }
    head, _, *rows = ask("queue", "list").stdout.splitlines()
    assert head == "0 waiting, 0 running, 2 failed"
    assert [row.split(maxsplit=6) for row in rows] == [
        ["a", "f", "t", "3", "-", "10", "gone"],
        ["b", "f", "t", "3", "502", "10", "callback: no answer"],
    ]
    found = json.loads(ask("queue", "list", "--json").stdout)
    assert found == {**state, "failed": [call, posted]}
