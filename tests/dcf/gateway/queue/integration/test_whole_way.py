"""The whole way: a real gateway, a real watcher, a real callback server."""

import requests
from click.testing import CliRunner

from dcf.cli import cli

# It dies with its first call of `once`, as a process that runs out of memory does.
DYING = """
import os
from pathlib import Path

MARK = Path({mark!r})

class Handler:
    def __call__(self, req):
        if req.path == "/once" and not MARK.exists():
            MARK.touch()
            os._exit(3)
        return req.path.encode() + b" " + req.input + b" " + req.query.get("q", "").encode()
"""


def test_a_call_outlives_its_replica_and_its_answer_is_posted(
    gateways, write_function, tmp_path, posted
):
    address, came = posted
    gateway = gateways("--allow-callback", "127.0.0.1")
    code = DYING.format(mark=str(tmp_path / "mark"))
    gateway.deploy(write_function(tmp_path / "f", "dying", code))
    url = gateway.rest + "/async-function/dying.openfaas-fn"
    ids = []
    for path in ("/once", "/after"):
        answer = requests.post(
            url + path + "?q=1", data=b"body", headers={"X-Callback-Url": address}, timeout=20
        )
        assert (answer.status_code, answer.content) == (202, b"")
        ids.append(answer.headers["X-Call-Id"])
    posts = [came.get(timeout=30) for _ in ids]
    told = {headers["X-Call-Id"]: (headers, body) for headers, body in posts}
    for call_id, path in zip(ids, (b"/once", b"/after"), strict=True):
        headers, body = told[call_id]
        assert body == path + b" body 1"
        assert (headers["X-Function-Name"], headers["X-Function-Status"]) == ("dying", "200")
        assert float(headers["X-Duration-Seconds"]) > 0
    assert (tmp_path / "mark").exists()
    assert requests.get(gateway.rest + "/system/queue/failed", timeout=10).json() == []


def test_callbacks_into_this_machine_are_refused_unless_allowed(echo_gateway, posted):
    address, came = posted
    answer = requests.post(
        echo_gateway.rest + "/async-function/echo",
        headers={"X-Callback-Url": address},
        timeout=20,
    )
    assert answer.status_code == 400
    assert "--allow-callback 127.0.0.1" in answer.json()["error"]["message"]
    assert came.empty()


def test_a_wrong_setting_stops_the_start(tmp_path):
    home = tmp_path / "home"
    done = CliRunner().invoke(
        cli, ["gateway", "start", "--home", str(home)], env={"DCF_QUEUE_CALLS": "many"}
    )
    assert done.exit_code == 1
    assert "DCF_QUEUE_CALLS must be a number from 1 to 1000000, got 'many'" in done.output
    assert not home.exists()
