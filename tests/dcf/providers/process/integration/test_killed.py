"""kill -9 of the gateway in the middle of an update: what served serves, the update goes on."""

import os
import signal
from pathlib import Path

import requests

from dcf.archive import pack
from dcf.config import load
from tests.dcf.providers.process.programs import SLOW as DEAR
from tests.dcf.providers.process.programs import unpacking

TIMEOUT = 30
ONE = "def handle(body):\n    return 'one'\n"
TWO = "def handle(body):\n    return 'two'\n"


def system(gateway, path, method="GET", **more):
    return requests.request(method, f"{gateway.rest}/system/{path}", timeout=TIMEOUT, **more)


def call(gateway):
    return requests.post(f"{gateway.rest}/function/v", data=b"", timeout=TIMEOUT).text


def begin_update(gateway, config):
    """Upload what a config file describes and ask for it, without waiting."""
    function = load(config).functions[0]
    archive = pack(function.root, function.entry, (), ())
    system(gateway, f"archives/{archive.digest}", "PUT", data=archive.data)
    body = {"service": "v", "image": archive.image}
    assert system(gateway, "functions", "PUT", json=body).status_code == 202


def rollouts(gateway):
    past = system(gateway, "function/v/history").json()
    return [(each["revision"], each["rollout"], each.get("serving", False)) for each in past]


def killed_during_an_update_to(code, gateways, write_function, folder):
    first = gateways()
    first.deploy(write_function(folder / "one", "v", ONE, name="handle"))
    begin_update(first, write_function(folder / "two", "v", code, name="handle"))
    first.end(signal.SIGKILL)
    return gateways()


def test_what_served_serves_again_and_the_update_ends_well(
    gateways, write_function, tmp_path, wait_for, gate
):
    second = killed_during_an_update_to(gate.code + TWO, gateways, write_function, tmp_path)
    wait_for(lambda: call(second) == "one")
    assert rollouts(second) == [(2, "progressing", False), (1, "ready", True)]
    gate.open()
    wait_for(lambda: call(second) == "two")
    wait_for(lambda: rollouts(second) == [(2, "ready", True), (1, "ready", False)])


def test_an_update_that_hangs_does_not_hold_up_what_served(
    gateways, write_function, tmp_path, wait_for, gate
):
    second = killed_during_an_update_to(gate.code + TWO, gateways, write_function, tmp_path)
    wait_for(lambda: call(second) == "one")
    assert system(second, "function/v/rollback", "POST", json={"revision": 1}).status_code == 202
    wait_for(lambda: rollouts(second)[0] == (3, "ready", True))
    assert rollouts(second)[1][:2] == (2, "failed")
    assert call(second) == "one"


def test_what_was_being_unpacked_ends_with_the_gateway_and_is_unpacked_anew(
    gateways, write_function, tmp_path, wait_for
):
    first = gateways()
    first.deploy(write_function(tmp_path / "one", "v", ONE, name="handle"))
    two = write_function(tmp_path / "two", "v", ONE.replace("one", "two"), name="handle")
    (two.parent / "src" / "dear.py").write_text(DEAR)
    begin_update(first, two)
    wait_for(lambda: len(unpacking(first.home)) == 2)  # the program, and what it forked
    first.end(signal.SIGKILL)
    wait_for(lambda: not unpacking(first.home), 3.0)
    second = gateways()
    wait_for(lambda: call(second) == "one")
    wait_for(lambda: call(second) == "two", 60.0)
    assert not list((second.home / "code").glob("*.partial"))


KEEPS = """
start_kin(os.environ["KIN"])

def handle(body):
    return "one"
"""


def deploy_with_kin(gateway, kin, write_function, folder):
    """Deploy a function whose handler starts processes that leave its session."""
    code = kin.starters + f"os.environ['KIN'] = '{kin.token}'" + KEEPS
    gateway.deploy(write_function(folder, "v", code, name="handle"))
    kin.wait(3)


def test_what_functions_had_started_ends_though_nobody_is_left_to_tell_it(
    gateways, write_function, tmp_path, wait_for, kin
):
    first = gateways()
    deploy_with_kin(first, kin, write_function, tmp_path / "one")
    first.end(signal.SIGKILL)
    wait_for(lambda: not kin.alive())
    wait_for(lambda: not list((first.home / "run").glob("*.mark")))


def test_what_is_left_when_supervisors_are_killed_too_ends_at_the_next_start(
    gateways, write_function, tmp_path, wait_for, kin
):
    first = gateways()
    deploy_with_kin(first, kin, write_function, tmp_path / "one")
    first.process.send_signal(signal.SIGSTOP)  # it must not see the end of its supervisor
    for supervisor in first.supervisors():
        os.kill(supervisor, signal.SIGKILL)
    first.end(signal.SIGKILL)
    with_nothing = [pid for pid in kin.alive() if not environ(pid)]
    before = {*kin.alive()} - {*with_nothing}
    assert len(before) == 2
    second = gateways()
    assert any("ended what 1 replica" in line for line in second.said)
    assert not before & set(kin.alive())
    wait_for(lambda: call(second) == "one")
    for pid in with_nothing:  # cannot be told from anybody else's: that is written down
        os.kill(pid, signal.SIGKILL)


def environ(pid):
    words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return [each for each in words if each.startswith(b"LOCK_FILE=")]
