"""dcf function log."""

import json
import re
import signal
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
import requests

from tests.waiting import until


def test_log_lines_are_filtered_and_are_json_where_no_terminal_is(versions, text):
    text(versions.dcf("call", "v", stdin=b"x"))
    lines = text(versions.dcf("log", "v", "--tail", "2")).splitlines()
    assert len(lines) == 2
    line = json.loads(lines[0])
    assert set(line) == {"name", "instance", "timestamp", "text"}
    assert len(text(versions.dcf("log", "v", "--json")).splitlines()) > 2
    assert text(versions.dcf("log", "v", "--since", "2999-01-01T00:00:00Z")) == ""
    assert text(versions.dcf("log", "v", "--since", "1h")) != ""
    assert text(versions.dcf("log", "v", "--tail", "0")) == ""
    own = text(versions.dcf("log", "v", "--instance", line["instance"])).splitlines()
    assert {json.loads(each)["instance"] for each in own} == {line["instance"]}
    wrong = versions.dcf("log", "v", "--since", "yesterday")
    assert (wrong.returncode, b"RFC 3339" in wrong.stderr) == (2, True)


def test_log_follows_as_lines_come_and_ctrl_c_ends_it_quietly(versions, start_dcf, text):
    process = start_dcf("function", "log", "-g", versions.rest, "v", "-f", "--tail", "1")
    assert json.loads(process.stdout.readline())["name"] == "v"
    text(versions.dcf("call", "v", stdin=b"x"))
    watchdog = threading.Timer(20, process.kill)
    watchdog.start()
    while "said " not in json.loads(process.stdout.readline())["text"]:
        pass
    watchdog.cancel()
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=10)
    assert (process.returncode, complaint) == (130, "")


def asked_for(stand_in):
    return parse_qs(stand_in.asked[-1].path.partition("?")[2])


@pytest.fixture
def logs(stand_in):
    """The gateway has two lines of two replicas, whatever it is asked for."""

    class Lines(dict):
        def get(self, key, default=None):
            lines = [
                {"name": "f", "instance": f"f-{n}", "timestamp": f"t{n}", "text": f"said {n}"}
                for n in (1, 2)
            ]
            return 200, "\n".join(map(json.dumps, lines)).encode()

    stand_in.table = Lines()
    return stand_in


def test_without_flags_it_is_a_block_a_replica(ask, logs):
    assert ask("function", "log", "f").stdout == (
        "---\nName: f\nLog:\nsaid 1\n---\nName: f\nLog:\nsaid 2\n"
    )


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        (["--tail", "3"], {"name": ["f"], "tail": ["3"], "follow": ["false"]}),
        (["--lines", "3"], {"name": ["f"], "tail": ["3"], "follow": ["false"]}),
        (["-f"], {"name": ["f"], "tail": ["-1"], "follow": ["true"]}),
        (["--instance", "f 1"],
         {"name": ["f"], "tail": ["-1"], "follow": ["false"], "instance": ["f 1"]}),
        (["--since", "2026-01-31T13:00:00+01:00"],
         {"name": ["f"], "tail": ["-1"], "follow": ["false"],
          "since": ["2026-01-31T12:00:00.000000Z"]}),
    ],
)  # fmt: skip
def test_each_flag_reaches_the_gateway(ask, logs, flags, wanted):
    done = ask("function", "log", "f", *flags)
    assert asked_for(logs) == wanted
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["said 1", "said 2"]


@pytest.mark.parametrize(
    ("flag", "seconds"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400)]
)
def test_a_time_ago_becomes_that_time(ask, logs, flag, seconds):
    before = datetime.now(UTC)
    ask("function", "log", "f", "--since", flag)
    (since,) = asked_for(logs)["since"]
    found = datetime.fromisoformat(since) + timedelta(seconds=seconds)
    assert before - timedelta(seconds=1) <= found <= datetime.now(UTC)


def test_no_lines_of_what_was_are_those_since_now(ask, logs):
    """On the wire a tail of 0 means all, as -1 does."""
    before = datetime.now(UTC)
    ask("function", "log", "f", "--tail", "0", "-f")
    assert asked_for(logs)["tail"] == ["-1"]
    assert datetime.fromisoformat(asked_for(logs)["since"][0]) >= before - timedelta(seconds=1)


@pytest.mark.parametrize("text", ["yesterday", "5", "5w", "-5m", "2026-13-01", "9" * 30 + "d"])
def test_what_is_no_time_is_a_wrong_use(ask, stand_in, text):
    done = ask("function", "log", "f", "--since", text)
    assert done.exit_code == 2
    assert "is neither RFC 3339" in done.stderr
    assert stand_in.asked == []


def test_a_failure_says_what_it_was_about(ask, stand_in):
    done = ask("function", "log", "f", "--tail", "1")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: did not get log: ")


FAILS = """
import logging
import time


def work(divisor):
    return 1 / divisor


def Handler(request):
    logging.info("asked for %s", request.input.decode())
    if request.input == b"sleep":
        time.sleep(30)
    return work(0)
"""


@pytest.fixture(scope="module")
def fails(module_gateway, write_function, tmp_path_factory):
    """A gateway with a function that fails, and one that sleeps beyond its limit of a second."""
    for name, limit in (("fails", "1m"), ("sleeps", "1s")):
        config = write_function(tmp_path_factory.mktemp(name), name, FAILS)
        with config.open("a") as file:
            file.write(f"    environment:\n      EXEC_TIMEOUT: {limit}\n      CONCURRENCY: 4\n")
        module_gateway.deploy(config)
    return module_gateway


def lines_of(done, text):
    return [json.loads(line)["text"] for line in text(done).splitlines()]


def lines_of_call(ask, text):
    """The lines of one call, whose last one is written once it is answered."""

    def whole():
        lines = lines_of(ask(), text)
        return lines if any("INFO POST / - 50" in line for line in lines) else None

    return until(whole, 60)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_the_message_of_a_failed_call_names_the_command_that_shows_why(fails, text, wire):
    address = getattr(fails, wire)
    done = fails.dcf("call", "fails", stdin=b"x", gateway=address)
    assert done.returncode == 1
    said = re.search(
        rb"the handler failed; see `dcf function (log fails --call (\S+))`", done.stderr
    )
    assert said, done.stderr
    text(fails.dcf("call", "--async", "fails", stdin=b"another"))
    verb, *rest = said[1].decode().split()
    call_id = said[2].decode()
    lines = lines_of_call(lambda: fails.dcf(verb, *rest, gateway=address), text)
    assert [strip_time(line) for line in lines if set(line) - set(" ~^")] == [
        f"INFO asked for x [{call_id}]",
        "ERROR the handler failed at src/handler.py:7 in work: ZeroDivisionError: division by zero "
        f"[{call_id}]",
        "  Traceback (most recent call last):",
        '    File "src/handler.py", line 14, in Handler',
        "      return work(0)",
        '    File "src/handler.py", line 7, in work',
        "      return 1 / divisor",
        "  ZeroDivisionError: division by zero",
        next(line for line in map(strip_time, lines) if line.startswith("INFO POST / - 500")),
    ]
    two = lines_of(fails.dcf(verb, *rest, "--tail", "2"), text)
    assert two == lines[-2:]


def strip_time(line):
    return re.sub(r"^\S+Z ", "", line)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_a_call_over_its_limit_is_told_the_limit_and_the_log_has_the_line(fails, text, wire):
    done = fails.dcf("call", "sleeps", stdin=b"sleep", gateway=getattr(fails, wire))
    assert done.returncode == 1
    said = re.search(
        rb"the call took longer than 1 s \(the function's EXEC_TIMEOUT\); send less, or raise "
        rb"EXEC_TIMEOUT; see `dcf function log sleeps --call (\S+)`",
        done.stderr,
    )
    assert said, done.stderr
    assert b"handler.py" not in done.stderr
    call_id = said[1].decode()
    lines = lines_of_call(lambda: fails.dcf("log", "sleeps", "--call", call_id), text)
    assert any("; it is at src/handler.py:13 in Handler [" in line for line in lines)
    assert "      time.sleep(30)" in lines


def test_one_call_can_be_followed(fails, start_dcf):
    call_id = "follow-me"
    process = start_dcf("function", "log", "-g", fails.rest, "fails", "-f", "--call", call_id)
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    requests.post(f"{fails.rest}/function/fails", data=b"x", timeout=20)
    headers = {"X-Call-Id": call_id}
    requests.post(f"{fails.rest}/function/fails", data=b"mine", headers=headers, timeout=20)
    lines = [json.loads(process.stdout.readline())["text"]]
    while "INFO POST / - 500" not in lines[-1]:
        lines.append(json.loads(process.stdout.readline())["text"])
    watchdog.cancel()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert "asked for mine" in lines[0]
    assert "  ZeroDivisionError: division by zero" in lines


def test_a_call_that_no_line_names_is_said_to_be_one(fails):
    done = fails.dcf("log", "fails", "--call", "nobody")
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"no line of the log of fails names the call nobody\n"


def test_a_gateway_that_knows_no_calls_is_helped_out(ask, logs):
    done = ask("function", "log", "f", "--call", "2")
    assert asked_for(logs)["call"] == ["2"]
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["said 2"]
