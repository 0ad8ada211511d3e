"""Which of the two applications answers a path; the own one is made once, when asked for."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from werkzeug.test import Client

from watcher.health import Health, NoLock
from watcher.reply import Reply
from watcher.runner import Runner
from watcher.web.app import OWN, HttpApp

ROOT = Path(__file__).parents[3]


@pytest.fixture
def health():
    runner = Runner(lambda request: Reply(b""), concurrency=1, max_inflight=1, exec_timeout=5)
    yield Health(runner, NoLock())
    assert runner.close(5)


@pytest.fixture
def made(health):
    """The application over a door that answers with the path it got."""

    def door(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"door " + environ["PATH_INFO"].encode("latin-1")]

    return HttpApp(door, health, lambda: {"name": "f"})


def test_the_own_paths_are_answered_here_and_every_other_at_the_door(made, health):
    client = Client(made)
    assert client.get("/_/ready").status_code == 503
    health.open()
    assert client.get("/_/ready?x=1").status_code == 200
    assert (client.get("/_/health").text, client.get("/_/info").json) == ("OK", {"name": "f"})
    for path in ("/", "/_/", "/_/ready/", "/_/Ready", "/_/else", "/x/_/ready"):
        assert client.get(path).text == f"door {path}", path


def test_who_asks_at_once_gets_one_application(made):
    barrier, found = threading.Barrier(8), []

    def ask():
        barrier.wait(10)
        found.append(made.own())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_flask_is_not_loaded_before_an_own_path_is_asked_for():
    """Importing it takes a third of the time a start has."""
    code = (
        "import sys\n"
        "from watcher.web.app import HttpApp\n"
        "app = HttpApp(lambda environ, start: [b'door'], None, dict)\n"
        "assert app({'PATH_INFO': '/'}, None) == [b'door']\n"
        "print('flask' in sys.modules)\n"
        "app.own()\n"
        "print('flask' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.stdout == "False\nTrue\n", done.stderr


def test_every_own_path_takes_get_and_head_alone(made, health):
    health.open()
    client = Client(made)
    for path in OWN:
        assert client.head(path).status_code == 200
        refused = client.delete(path, headers={"X-Call-Id": "mine"})
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")
        assert refused.headers["X-Call-Id"] == refused.json["error"]["call_id"] == "mine"
