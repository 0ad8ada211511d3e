"""A handler inside another's Flask: calls, and events whose answers are lines of the log."""

import json
import os
import sys

import pytest
from flask import Flask, request

from tests.watcher.cloud.cloud_event import Event
from watcher.cloud import function as cloud_function
from watcher.errors import SettingError


@pytest.fixture(autouse=True)
def no_hooks(monkeypatch):
    """Forks of other tests in this process build nothing."""
    monkeypatch.setattr(os, "register_at_fork", lambda **_: None)


@pytest.fixture
def served(handlers, monkeypatch):
    settings = {
        "HANDLER_DIR": str(handlers), "HANDLER_FILE": "good.py", "HANDLER_NAME": "Handler",
        "MAX_BODY_BYTES": "1000", "CONCURRENCY": "1", "MAX_INFLIGHT": "1",
    }  # fmt: skip
    for name in (*settings, "THREADS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, settings.get(name, ""))
    monkeypatch.delenv("THREADS")
    monkeypatch.setattr(sys, "path", list(sys.path))
    modules = set(sys.modules)
    made = cloud_function.CloudFunction(settings)
    yield made
    made.built().runner.close(5)
    for name in set(sys.modules) - modules:
        if name in ("mesh", "_function_handler"):
            del sys.modules[name]


@pytest.fixture
def client(served):
    app = Flask("framework")
    app.add_url_rule("/", "run", lambda path="": served.answer(request), methods=["GET", "POST"])
    # The framework reads what a function has left of the body, and fails if that cannot be.
    app.after_request(lambda response: (request.get_data(), response)[1])
    return app.test_client()


def test_a_call_is_answered_and_its_body_is_read_once(client):
    answer = client.post("/?a=1", data=b"x" * 900, headers={"X-Call-Id": "mine"})
    assert (answer.status_code, answer.json["bytes"]) == (200, 900)
    assert answer.headers["X-Call-Id"] == "mine"
    assert "X-Duration-Seconds" in answer.headers


def test_what_the_door_refuses_is_refused(client):
    answer = client.post("/", data=b"x" * 1001)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "body_too_large")


def test_the_framework_gets_threads_for_more_than_the_limit(served):
    assert int(os.environ["THREADS"]) > 1


def test_the_environment_wins_over_the_exports_settings(monkeypatch):
    monkeypatch.setenv("EXEC_TIMEOUT", "soon")
    with pytest.raises(SettingError, match="EXEC_TIMEOUT is 'soon'"):
        cloud_function.CloudFunction({"EXEC_TIMEOUT": "3s"})


def test_an_events_answer_is_a_line(served, capfd):
    served.take(Event(b"abc", subject="a/b.jpg"))
    line = json.loads(capfd.readouterr().out)
    assert line["severity"] == "INFO"
    assert line["event"] == {"id": "e1", "source": "/s", "type": "t", "subject": "a/b.jpg"}
    assert line["result"]["bytes"] == 3
