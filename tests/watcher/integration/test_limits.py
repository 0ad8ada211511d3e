"""Bounds: so many calls, so long, so large, so slowly; probes answer whatever happens."""

import re
import socket
from pathlib import Path

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.waiting import until
from tests.watcher.raw_http import read_all


def test_a_full_function_refuses_and_its_probes_answer_at_once(start, hold, gate, free):
    watcher = start(CONCURRENCY=1, MAX_INFLIGHT=3, METRICS_PORT=free())
    calls = hold(watcher, 3)
    refused = watcher.post()
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["X-OpenFaaS-Internal"] == "faas-middleware"
    assert refused.json()["error"]["code"] == "overloaded"
    assert watcher.get("/_/ready").status_code == 429
    assert watcher.get("/_/health").status_code == 200
    assert watcher.get("/_/info").status_code == 200
    assert not any(call.done for call in calls)  # none of it waited for a slot
    gate.touch()
    for call in calls:
        call.join(60)
    assert [call.done[0].status_code for call in calls] == [200] * 3
    assert watcher.get("/_/ready").status_code == 200
    assert watcher.post().status_code == 200


def test_a_flood_is_refused_and_never_blocks_the_probes(start, hold, behind, gate, free):
    watcher = start(CONCURRENCY=1, MAX_INFLIGHT=2, METRICS_PORT=free())
    held = hold(watcher, 2)
    flood = [behind(watcher.post, "/?do=text") for _ in range(40)]
    assert watcher.get("/_/health").status_code == 200
    for call in flood:
        call.join(60)
    assert [call.done[0].status_code for call in flood] == [429] * 40
    assert not any(call.done for call in held)
    gate.touch()
    for call in held:
        call.join(60)
    assert [call.done[0].status_code for call in held] == [200] * 2


def until_answered(watcher):
    """Waits for an answer in time: a short EXEC_TIMEOUT holds for calls that are quick, too."""
    until(lambda: watcher.post().status_code == 200, said=lambda: watcher.log)


def test_a_call_over_its_time_limit_is_answered_and_keeps_its_slot(start, gate):
    watcher = start(CONCURRENCY=2, EXEC_TIMEOUT="1s")
    late = watcher.post(f"/?do=until&file={gate}")
    assert late.status_code == 504
    assert late.headers["X-OpenFaaS-Internal"] == "of-watchdog"
    error = late.json()["error"]
    limit = "the call took longer than 1 s (the function's EXEC_TIMEOUT); send less, or raise "
    limit += "EXEC_TIMEOUT"
    assert error["code"] == "timeout"
    assert error["message"] == f"{limit}; see the log under call id {error['call_id']}"
    log = watcher.wait_log(f"s) [{error['call_id']}]").splitlines()
    (at,) = [number for number, line in enumerate(log) if limit in line]
    assert re.search(r"; it is at handlers/good\.py:\d+ in until \[", log[at])
    assert log[at + 1].startswith('    File "handlers/good.py", line ')
    assert log[at + 2].strip().startswith("return getattr(self, verb)(")
    until_answered(watcher)  # by the other slot
    assert watcher.get("/_/health").status_code == 200


def test_the_callers_own_limit_is_told_from_the_functions(start):
    watcher = start(EXEC_TIMEOUT="10")
    late = watcher.post("/?sleep=2", headers={"X-Timeout": "200ms"})
    assert late.status_code == 504
    assert late.json()["error"]["message"].startswith(
        "the call took longer than 0.2 s (the caller's own limit); send less, or allow more; see"
    )


def test_a_call_that_had_no_slot_in_time_is_told_so_and_nothing_is_stuck(start, hold, free):
    watcher = start(CONCURRENCY=1, EXEC_TIMEOUT="20", METRICS_PORT=free())
    hold(watcher, 1)
    late = watcher.post(headers={"X-Timeout": "200ms"})
    assert late.status_code == 504
    assert late.json()["error"]["message"] == (
        "the call waited 0.2 s (the caller's own limit) for a free slot, and got none; call again "
        "later, or raise CONCURRENCY or the number of replicas"
    )
    assert "it is at" not in watcher.log


def test_all_slots_stuck_means_unhealthy_until_one_ends(start, behind, gate):
    watcher = start(CONCURRENCY=2, EXEC_TIMEOUT="1s")
    for call in [behind(watcher.post, f"/?do=until&file={gate}") for _ in range(2)]:
        call.join(20)
        assert call.done[0].status_code == 504
    until(lambda: watcher.get("/_/health").status_code != 200)
    sick = watcher.get("/_/health")
    assert (sick.status_code, sick.text) == (503, "every slot is stuck beyond EXEC_TIMEOUT")
    away = watcher.get("/_/ready")
    assert (away.status_code, away.text) == (503, "every slot is stuck beyond EXEC_TIMEOUT")
    waited = watcher.post("/?do=text")  # waiting counts: it never ran
    assert waited.status_code == 504
    gate.touch()
    until(lambda: watcher.get("/_/health").status_code == 200)
    until_answered(watcher)


def test_a_caller_may_ask_for_less_time_and_never_for_more(start):
    watcher = start(EXEC_TIMEOUT="20s", CONCURRENCY=8)
    late = watcher.post("/?sleep=3", headers={"X-Timeout": "100ms"})
    assert late.status_code == 504
    for header in ("0s", "2m", "soon", "-1s"):
        answer = watcher.post("/?sleep=0.3&do=text", headers={"X-Timeout": header})
        assert answer.status_code == 200, header


def test_many_calls_leave_no_threads_and_no_files(start, hold, gate, free):
    watcher = start(METRICS_PORT=free())
    # One more thread is started whenever calls outnumber them: here they do, and later never.
    calls = hold(watcher, 4)
    gate.touch()
    for call in calls:
        call.join(20)

    def count():
        files = len(list(Path(f"/proc/{watcher.process.pid}/fd").iterdir()))
        return watcher.post().json()["threads"], files

    before = count()
    with requests.Session() as session:
        for number in range(300):
            verb = ("tell", "known", "unknown", "bad_type")[number % 4]
            session.post(watcher.url(f"/?do={verb}"), data=b"x" * 10_000, timeout=10)
    until(lambda: count() <= before)  # closed connections go with the server's next turn


def test_a_busy_python_handler_does_not_starve_the_probes(start, behind, gate, free):
    watcher = start(CONCURRENCY=2, METRICS_PORT=free())
    calls = [behind(watcher.post, f"/?do=spin&file={gate}") for _ in range(2)]
    try:
        watcher.wait_inflight(2)
        assert watcher.get("/_/health").status_code == 200
        assert not any(call.done for call in calls)
    finally:
        gate.touch()


FRAGMENTS = st.one_of(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"POST / HTTP/1.1\r\nHost: x\r\n",
            b"GET /%ff/\x80?%zz=& HTTP/1.1\r\n",
            b"Content-Length: 10\r\n",
            b"Content-Length: 0x10\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked, chunked\r\n",
            b"Expect: 100-continue\r\n",
            b"X-Timeout: 999999999999h\r\n",
            b"Connection: keep-alive, Upgrade\r\n",
            b"\r\n",
            b"5\r\nhello\r\n",
            b"0\r\n\r\n",
            b"0\r\nTrailer: x\r\n\r\n",
            b"a" * 5000,
        ]
    ),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(FRAGMENTS, min_size=1, max_size=12))
def test_whatever_comes_is_answered_or_refused_and_never_an_error_of_ours(shared, fragments):
    with shared.socket() as connection:
        try:
            for fragment in fragments:
                connection.sendall(fragment)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        raw = read_all(connection)
    statuses = re.findall(rb"HTTP/1\.[01] (\d{3}) ", raw)
    assert all(status < b"500" for status in statuses), raw
    assert shared.process.poll() is None
