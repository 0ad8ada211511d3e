import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from tests.waiting import until
from watcher.telemetry.logs import TRACE, TextFormatter

HANDLERS = Path(__file__).parents[2] / "data/handlers"


def test_json_lines_are_one_object_each(start):
    watcher = start(ready=False, LOG_FORMAT="json", PORT=0)
    watcher.wait_log("ready:", 15)
    report = json.loads(watcher.log.splitlines()[0])
    watcher.port = int(report["message"].partition("http 127.0.0.1:")[2].partition(",")[0])
    call_id = watcher.post("/a%0Ab?do=unknown", data=b"x").headers["X-Call-Id"]
    watcher.wait_log('"status": 500')
    lines = [json.loads(line) for line in watcher.log.splitlines()]
    failed, called = lines[1:]
    assert failed["level"] == "error"
    assert failed["call_id"] == call_id
    assert failed["traceback"].startswith("Traceback")
    assert called["message"] == "call"
    assert (called["method"], called["path"], called["status"]) == ("POST", "/a\nb", 500)
    assert called["call_id"] == call_id
    assert called["size"] > 0
    assert called["seconds"] >= 0


def test_a_level_leaves_lesser_lines_out(start):
    watcher = start(ready=False, LOG_LEVEL="error", HANDLER_FILE="good.py")
    until(watcher.lock.exists)  # it is ready, and has not said so
    assert watcher.log == ""
    watcher.signal()
    assert watcher.wait() == 0


def test_a_fault_of_loading_is_one_object_with_its_traceback(start):
    watcher = start(ready=False, LOG_FORMAT="json", HANDLER_FILE="broken_build.py")
    assert watcher.wait() == 1
    (line,) = map(json.loads, watcher.log.splitlines())
    assert line["message"].startswith("building Handler failed at handlers/broken_build.py:")
    assert "broken_build.py" in line["traceback"]


def lines_of(folder, *flags, end_after="", **env):
    """What a watcher writes to stdout and to stderr; it is ended after a line, or by itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watcher", *flags], text=True, stdout=-1, stderr=-1,
        env={
            **os.environ, "HANDLER_DIR": str(HANDLERS), "LOG_STREAM": "stdout", "PORT": "0",
            "WATCHER_PORT": "0", "MESH_PORT": "0", "METRICS_PORT": "0",
            "LOCK_FILE": str(folder / "lock"), **env,
        },
    )  # fmt: skip
    first = ""
    if end_after:
        first = process.stdout.readline()
        assert end_after in first
        process.terminate()
    out, errors = process.communicate(timeout=30)
    return (first + out).splitlines(), errors.splitlines()


def test_lines_go_to_stdout_on_request(tmp_path):
    out, errors = lines_of(tmp_path, end_after="ready:", HANDLER_FILE="good.py")
    assert "ready:" in out[0]
    assert "draining" in out[1]
    assert errors == []


def test_what_ends_a_process_is_on_stderr_in_any_case(tmp_path):
    out, errors = lines_of(tmp_path, HANDLER_FILE="broken_build.py")
    assert out == []
    assert (
        "building Handler failed at tests/data/handlers/broken_build.py:3 in __init__: "
        in errors[0]
    )


def test_the_stdout_of_a_batch_is_for_its_result(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    result = tmp_path / "out.json"
    out, errors = lines_of(
        tmp_path, "--batch", HANDLER_FILE="good.py", DATA_PATH=str(tmp_path),
        RESULT_FILE=str(result),
    )  # fmt: skip
    assert out == [str(result)]
    assert "batch:" in errors[0]


def test_what_is_raised_cannot_steer_a_terminal():
    hostile = "\x1b[2J\x9b31m\u202e\r\x08"
    try:
        raise ValueError(f"컵 {hostile}")
    except ValueError:
        fault = sys.exc_info()
    record = logging.LogRecord("n", logging.ERROR, "f", 1, f"m\n{hostile}", None, fault)
    setattr(record, TRACE, f"Traceback\n\tline {hostile}\n")
    lines = TextFormatter().format(record).split("\n")
    assert lines[0].endswith(r"m\n\x1b[2J\x9b31m\u202e\r\x08")
    assert r"  ValueError: 컵 \x1b[2J\x9b31m\u202e\r\x08" in lines
    assert lines[-2:] == ["  Traceback", "  \tline " + r"\x1b[2J\x9b31m\u202e\r\x08"]
    assert all(each.replace("\t", "").isprintable() for each in lines)
