"""Optuna's dashboard is shown to this machine's browser, and changes nothing."""

import http.client
import json
import threading

import pytest

pytestmark = pytest.mark.lifecycle


@pytest.fixture
def ask(begin_study):
    """Asks the dashboard of a study with a trial; gives status and body."""
    from models.search.dashboard import dashboard
    from models.search.study import Study

    place, note = begin_study()
    study = Study(place, note)
    study.finish(study.claim(), "complete", 0.5)
    server, address = dashboard(place, 0)
    port = server.effective_port
    assert address == f"http://127.0.0.1:{port}/dashboard"
    thread = threading.Thread(target=server.run)
    thread.start()

    def call(method, path, host=f"127.0.0.1:{port}"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(method, path, headers={"Host": host})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    yield call
    server.trigger.pull_trigger(server.close)
    server.task_dispatcher.shutdown()
    thread.join(30)
    assert not thread.is_alive()


def test_it_shows_the_study(ask):
    status, body = ask("GET", "/api/studies")
    assert status == 200
    assert json.loads(body)["study_summaries"][0]["study_name"] == "digits"
    status, body = ask("GET", "/dashboard")
    assert status == 200
    assert b"<html" in body.lower()
    assert ask("GET", "/api/studies/0?after=0")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_it_changes_nothing(ask, method):
    assert ask(method, "/api/studies/0")[0] == 405
    assert len(json.loads(ask("GET", "/api/studies")[1])["study_summaries"]) == 1


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 302), ("localhost:80", 302), ("evil.example", 421), ("evil.example:80", 421),
     ("127.0.0.1.evil.example", 421), ("", 421)],
)  # fmt: skip
def test_a_name_that_was_made_to_point_here_gets_no_answer(ask, host, status):
    assert ask("GET", "/", host)[0] == status
