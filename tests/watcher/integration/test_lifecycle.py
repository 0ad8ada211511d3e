"""Start, ready, drain, end: real processes and real signals."""

import os
import re
import signal
import socket
import threading
import time

import pytest
import requests

from tests.waiting import until


def test_an_open_port_means_ready_and_the_lock_file_comes_last(start):
    watcher = start()
    assert watcher.get("/_/ready").status_code == 200
    assert watcher.get("/_/health").text == "OK"
    state = watcher.lock.stat()
    assert state.st_size == 0
    assert state.st_mode & 0o777 == 0o660 & ~_umask()
    report = watcher.log.splitlines()[0]
    assert "ready: function, Handler of" in report
    assert re.search(r"\(import \d+\.\d\d, ", report)
    assert "2 calls at once, 16 in flight, 30 s each, bodies to 33554432 bytes" in report


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_stale_lock_file_goes_at_the_start(start, tmp_path):
    lock = tmp_path / "stale"
    lock.write_text("left behind")
    watcher = start(ready=False, HANDLER_FILE="hangs_at_import.py", LOCK_FILE=lock)
    until(lambda: not lock.exists())
    assert watcher.process.poll() is None


def test_a_link_in_place_of_the_lock_file_is_replaced_not_followed(start, tmp_path):
    target, link = tmp_path / "precious", tmp_path / "link"
    target.write_text("precious")
    link.symlink_to(target)
    start(LOCK_FILE=link)
    assert not link.is_symlink()
    assert target.read_text() == "precious"


def test_a_lock_file_that_cannot_be_written_ends_the_start(start, tmp_path):
    watcher = start(ready=False, LOCK_FILE=tmp_path / "no" / "such" / "folder")
    assert watcher.wait() == 1
    assert "cannot write the lock file" in watcher.log


def test_a_taken_port_is_named(start):
    first = start()
    second = start(ready=False, PORT=first.port)
    assert second.wait() == 1
    assert (
        f"cannot listen on 127.0.0.1:{first.port}: Address already in use; set PORT" in second.log
    )


def test_sigterm_finishes_the_call_in_flight_and_refuses_later_ones(start, hold, gate, free):
    watcher = start(METRICS_PORT=free())
    kept = watcher.connect()
    kept.request("GET", "/_/ready")
    assert kept.getresponse().read() == b""
    (slow,) = hold(watcher)
    watcher.signal()
    watcher.wait_log("draining: 1 calls running and waiting")
    assert not watcher.lock.exists()
    late = watcher.post("/?do=text")  # the port still answers: refusing politely beats a reset
    assert late.status_code == 503
    assert late.json()["error"]["code"] == "not_ready"
    assert watcher.get("/_/health").status_code == 503
    assert kept.sock.recv(1) == b""  # an idle connection ends, before its client asks again
    kept.close()
    ready = watcher.get("/_/ready")
    assert (ready.status_code, ready.headers["Connection"]) == (503, "close")
    gate.touch()
    slow.join(10)
    assert slow.done[0].text == "held"
    assert watcher.wait() == 0
    assert watcher.log.splitlines()[-1].endswith("ended")


def test_calls_waiting_for_a_slot_are_finished_too(start, hold, gate, free):
    watcher = start(CONCURRENCY=1, METRICS_PORT=free())
    calls = hold(watcher, 5)
    watcher.signal()
    watcher.wait_log("draining: 5 calls")
    gate.touch()
    for call in calls:
        call.join(10)
    assert [call.done[0].status_code for call in calls] == [200] * 5
    assert watcher.wait() == 0


@pytest.mark.parametrize("name", ["DRAIN_DELAY", "healthcheck_interval"])
def test_calls_are_taken_for_a_while_after_the_probes_have_said_no(start, behind, gate, free, name):
    watcher = start(WATCHER_PORT=free(), **{name: "4500ms"})
    assert watcher.get("/_/ready").status_code == 200  # what answers probes is imported by now
    watcher.signal()
    watcher.wait_log("SIGTERM, taking calls for 4.5 s more")
    assert not watcher.lock.exists()
    assert watcher.get("/_/ready").status_code == 503
    assert watcher.get("/_/health").status_code == 503
    assert watcher.post("/?do=text").status_code == 200
    last = behind(watcher.post, f"/?do=until&file={gate}")
    watcher.wait_log("draining: 1 calls")
    gate.touch()
    last.join(20)
    assert last.done[0].text == "held"
    assert watcher.wait() == 0


def test_a_second_signal_ends_the_delay_too(start):
    watcher = start(DRAIN_DELAY="100s")
    watcher.signal()
    watcher.wait_log("taking calls")
    watcher.signal()
    assert watcher.wait() == 128 + signal.SIGTERM


def test_a_parent_that_has_gone_is_not_waited_for(start, parent):
    watcher = start(pass_fds=(parent.fd,), PARENT_FD=parent.fd, DRAIN_DELAY="100s")
    watcher.signal()
    watcher.wait_log("taking calls")
    parent.go()
    assert watcher.wait() == 0


def test_without_the_lock_file_the_probes_say_no_and_calls_are_answered(start):
    watcher = start()
    watcher.lock.unlink()
    assert watcher.get("/_/health").status_code == 503
    assert watcher.get("/_/ready").status_code == 503
    assert watcher.post("/?do=text").status_code == 200
    watcher.lock.touch()
    assert watcher.get("/_/ready").status_code == 200


def test_a_call_beyond_the_shutdown_timeout_is_cut_off(start, behind, free):
    watcher = start(SHUTDOWN_TIMEOUT="1", METRICS_PORT=free())

    def call():
        try:
            return watcher.post("/?sleep=100", headers={"X-Call-Id": "cut-1"})
        except requests.ConnectionError as error:
            return error

    slow = behind(call)
    watcher.wait_inflight(1)
    watcher.signal()
    assert watcher.wait() == 1  # long before the call is over
    assert "calls were cut off after SHUTDOWN_TIMEOUT (1 s)" in watcher.log
    (line,) = [each for each in watcher.log.splitlines() if "WARNING cut off" in each]
    assert re.search(
        r"cut off by SHUTDOWN_TIMEOUT \(1 s\) after \d+\.\d s, at handlers/good\.py:\d+ in "
        r"__call__ \[cut-1\]$",
        line,
    )
    assert "time.sleep(float(" in watcher.log
    slow.join(10)
    assert isinstance(slow.done[0], requests.ConnectionError)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(start, behind, free, number):
    watcher = start(METRICS_PORT=free())

    def call():
        with pytest.raises(requests.ConnectionError):
            watcher.post("/?sleep=100")

    behind(call)
    watcher.wait_inflight(1)
    watcher.signal()
    watcher.wait_log("draining")
    watcher.signal(number)
    assert watcher.wait() == 128 + number  # the call would go on for longer
    assert not watcher.lock.exists()


def test_a_signal_while_loading_ends_at_once(start):
    watcher = start(ready=False, HANDLER_FILE="hangs_at_import.py")
    watcher.wait_log("importing")
    watcher.signal()
    assert watcher.wait() == 128 + signal.SIGTERM


@pytest.mark.parametrize("file", ["good.py", "hangs_at_import.py"], ids=["serving", "loading"])
def test_the_process_ends_when_its_parents_pipe_closes(start, parent, file):
    watcher = start(
        ready=file == "good.py", pass_fds=(parent.fd,), PARENT_FD=parent.fd, HANDLER_FILE=file
    )
    if file != "good.py":
        watcher.wait_log("importing")
    assert watcher.process.poll() is None
    parent.go()
    assert watcher.wait() == (0 if file == "good.py" else 1)
    assert "the parent has gone" in watcher.log
    assert not watcher.lock.exists()


def test_another_process_lock_file_is_left_alone(start):
    watcher = start()
    watcher.lock.unlink()
    watcher.lock.write_text("another process' file")
    watcher.signal()
    assert watcher.wait() == 0
    assert watcher.lock.read_text() == "another process' file"


def test_calls_on_busy_connections_are_not_lost_at_the_end(start):
    """Clients that call all the time see an answer or a closed connection, never half of one."""
    watcher = start()
    answers, odd = [], []

    def client():
        connection = watcher.connect()
        try:
            while True:
                connection.request("POST", "/?do=echo", body=b"x" * 50_000)
                response = connection.getresponse()
                body = response.read()
                if response.status == 200 and len(body) == 50_000:
                    answers.append(1)
                elif response.status != 503:
                    odd.append((response.status, body))
        except OSError:
            pass
        finally:
            connection.close()

    clients = [threading.Thread(target=client) for _ in range(4)]
    for one in clients:
        one.start()
    until(lambda: len(answers) > 20)
    watcher.signal()
    assert watcher.wait() == 0
    for one in clients:
        one.join(10)
    assert not odd
    # Every call that the log calls answered reached its client.
    assert watcher.log.count(" - 200 - 50000B") == len(answers) > 10


@pytest.fixture
def late_grpc(start, tmp_path, free):
    """A watcher whose gRPC library is still being imported, and what lets it be."""
    asked, may = tmp_path / "asked", tmp_path / "may"

    def begin(pass_fds=(), **settings):
        port = free()
        watcher = start(
            ready=False,
            pass_fds=pass_fds,
            HANDLER_FILE="grpc_comes_late.py",
            PORT=port,
            WATCHER_PORT=free(),
            METRICS_PORT=free(),
            GRPC_ASKED=asked,
            GRPC_MAY=may,
            **settings,
        )
        watcher.port = port
        until(asked.exists, said=lambda: watcher.log)
        return watcher, may

    return begin


def test_grpc_that_comes_during_the_drain_brings_no_readiness_back(late_grpc, behind):
    watcher, may = late_grpc()
    slow = behind(watcher.post, "/?sleep=3", data=b"slow")
    watcher.wait_inflight(1)
    first = watcher.get("/_/ready")
    assert (first.status_code, first.text) == (503, "starting")
    watcher.signal()
    watcher.wait_log("draining: 1 calls")
    may.touch()
    while watcher.process.poll() is None and slow.is_alive():
        try:
            assert watcher.get("/_/ready").status_code == 503
        except requests.ConnectionError:
            break  # it has ended
        assert not watcher.lock.exists()
        assert not listens(watcher.settings["WATCHER_PORT"])
    slow.join(20)
    assert slow.done[0].text == "slow"
    assert watcher.wait() == 0
    assert not watcher.lock.exists()
    assert "ready:" not in watcher.log


def test_calls_are_answered_at_the_end_though_grpc_never_comes(late_grpc):
    watcher, _ = late_grpc(DRAIN_DELAY="4s")
    assert watcher.get("/_/ready").status_code == 503  # what answers probes is imported by now
    watcher.signal()
    watcher.wait_log("taking calls for 4 s more")  # the import is not waited for
    assert watcher.post(data=b"still").text == "still"
    assert watcher.get("/_/ready").status_code == 503
    assert watcher.wait() == 0
    assert not watcher.lock.exists()
    assert not list(watcher.lock.parent.glob("lock*"))


def test_grpc_that_comes_while_calls_are_still_taken_brings_no_readiness_back(late_grpc, parent):
    watcher, may = late_grpc((parent.fd,), PARENT_FD=parent.fd, DRAIN_DELAY="100s")
    watcher.signal()
    watcher.wait_log("taking calls for 100 s more")
    may.touch()
    until(lambda: listens(watcher.settings["WATCHER_PORT"]))
    end = time.monotonic() + 1
    while time.monotonic() < end:
        assert watcher.get("/_/ready").status_code == 503
        assert not watcher.lock.exists()
    parent.go()
    assert watcher.wait() == 0
    assert "ready:" not in watcher.log


def test_a_second_signal_while_grpc_comes_leaves_no_lock_file(late_grpc, behind):
    watcher, may = late_grpc()

    def call():
        with pytest.raises(requests.ConnectionError):
            watcher.post("/?sleep=100")

    behind(call)
    watcher.wait_inflight(1)
    watcher.signal()
    watcher.wait_log("draining")
    may.touch()
    watcher.signal()
    assert watcher.wait() == 128 + signal.SIGTERM
    assert not list(watcher.lock.parent.glob("lock*"))


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0
