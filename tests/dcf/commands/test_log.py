"""dcf function log."""

import json
import signal
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest


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
