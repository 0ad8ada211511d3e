"""The door to the queue: what is accepted, what is refused at once, and with which words."""

import asyncio
import sqlite3

import pytest
from aiohttp import ClientSession

from dcf.gateway.queue.settings import Limits, QueueSettings


@pytest.fixture(name="gateway")
def _gateway(background, tmp_path):
    made = background(queue=QueueSettings(tmp_path / "queue", Limits(calls=1)))
    deployed = made.ask("POST", "/system/functions", json={"service": "f", "image": "i"})
    assert deployed.status_code == 202
    made.provider.replicas = ()  # what is queued waits
    return made


def test_202_comes_with_the_id_that_was_given_or_made(gateway):
    given = gateway.ask("POST", "/async-function/f.openfaas-fn", headers={"X-Call-Id": "mine"})
    assert (given.status_code, given.content, given.headers["X-Call-Id"]) == (202, b"", "mine")
    counts = gateway.ask("GET", "/system/queue").json()
    assert (counts["waiting"], counts["limits"]["calls"]) == (1, 1)


def test_a_full_queue_says_when_to_come_again_and_other_refusals_do_not(gateway):
    assert gateway.ask("POST", "/async-function/f").status_code == 202
    full = gateway.ask("POST", "/async-function/f")
    assert (full.status_code, full.headers["Retry-After"]) == (429, "10")
    assert full.json()["error"]["code"] == "queue_full"
    missing = gateway.ask("POST", "/async-function/g")
    assert (missing.status_code, "Retry-After" in missing.headers) == (404, False)
    assert missing.headers["X-Error-Code"] == "not_found"


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("full"), OSError("full")], ids=repr)
def test_a_disk_that_fails_is_500_in_openfaas_words(gateway, monkeypatch, fault, caplog):
    async def fail(*_arguments):
        raise fault

    monkeypatch.setattr(gateway.server.queue, "submit", fail)
    answer = gateway.ask("POST", "/async-function/f", headers={"X-Call-Id": "mine"})
    assert (answer.status_code, answer.text) == (500, "Error queuing request: the disk failed\n")
    assert "call mine could not be queued" in caplog.text


def test_a_gateway_without_a_queue_says_so_on_every_route(background):
    gateway = background()
    gateway.ask("POST", "/system/functions", json={"service": "f", "image": "i"})
    for method, path in (
        ("POST", "/async-function/f"), ("GET", "/system/queue"), ("GET", "/system/queue/failed"),
        ("GET", "/ui/queue"),
        ("POST", "/system/queue/failed/x/replay"), ("DELETE", "/system/queue/failed/x"),
    ):  # fmt: skip
        answer = gateway.ask(method, path)
        assert answer.status_code == 501, path
        assert "was started without a queue" in answer.text


def test_a_body_that_stops_coming_is_a_400(gateway, monkeypatch, run):
    monkeypatch.setattr("dcf.gateway.doors.async_function._SILENCE_SECONDS", 0.1)

    async def steps():
        async with ClientSession() as session:

            async def body():
                yield b"half"
                await asyncio.Event().wait()

            url = gateway.server.rest + "/async-function/f"
            async with session.post(url, data=body()) as answer:
                return answer.status, await answer.text()

    status, text = run(steps())
    assert status == 400
    assert "no more of the body came for 0.1 s" in text
