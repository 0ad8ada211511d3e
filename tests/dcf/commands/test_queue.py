"""queue list, replay and drop, over both wires, on calls whose function was deleted."""

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
    wait_for(lambda: state(dcf, gateway.rest)["waiting"] == 0)
    gateway.deploy(source)
    return gateway


def state(dcf, address):
    done = dcf("queue", "list", "--json", "-g", address)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


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
    wait_for(lambda: state(dcf, address)["running"] == state(dcf, address)["waiting"] == 0)
    assert [each["call_id"] for each in state(dcf, address)["failed"]] == ["two"]
    done = dcf("queue", "drop", "--all", "-g", address)
    assert (done.returncode, done.stdout) == (0, b"Dropped: two\n")
    assert state(dcf, address)["failed"] == []


@pytest.mark.parametrize("verb", ["replay", "drop"])
def test_an_unknown_call_is_1_and_a_wrong_use_is_2(echo_gateway, dcf, verb):
    done = dcf("queue", verb, "nothing", "-g", echo_gateway.rest)
    assert done.returncode == 1
    assert done.stderr == b"Error: no failed call nothing: `dcf queue list` shows them\n"
    for wrong in ([], ["one", "--all"]):
        done = dcf("queue", verb, *wrong, "-g", echo_gateway.rest)
        assert done.returncode == 2
        assert b"name failed calls, or give --all" in done.stderr
    assert dcf("queue", verb, "--all", "-g", echo_gateway.rest).returncode == 0
