"""kill -9 of the gateway in the middle of an update: what served serves, the update goes on."""

import signal

import requests

from dcf.archive import pack
from dcf.config import load
from tests.dcf.providers.programs import SLOW as DEAR
from tests.dcf.providers.programs import unpacking

TIMEOUT = 30
ONE = "def handle(body):\n    return 'one'\n"
SLOW = "import time\n\ntime.sleep(3)\n\n\ndef handle(body):\n    return 'two'\n"
HANGS = "import time\n\ntime.sleep(600)\n\n\ndef handle(body):\n    return 'never'\n"


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
    gateways, write_function, tmp_path, wait_for
):
    second = killed_during_an_update_to(SLOW, gateways, write_function, tmp_path)
    wait_for(lambda: call(second) == "one")
    assert rollouts(second) == [(2, "progressing", False), (1, "ready", True)]
    wait_for(lambda: call(second) == "two")
    wait_for(lambda: rollouts(second) == [(2, "ready", True), (1, "ready", False)])


def test_an_update_that_hangs_does_not_hold_up_what_served(
    gateways, write_function, tmp_path, wait_for
):
    second = killed_during_an_update_to(HANGS, gateways, write_function, tmp_path)
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
