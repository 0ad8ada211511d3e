"""Files through the handler: so many at once, each with its entry, whatever it does."""

import base64
import json
import os
import re
import signal
from pathlib import Path


def test_every_file_has_its_entry_in_the_order_of_bytes(data, answered, tmp_path):
    contents = {
        "b.jpg": ('json {"n": 1.5, "list": []}', {"n": 1.5, "list": []}),
        "B.PNG": ("text plain", "plain"),
        "a/z.jpeg": ("dumped x", {"text": "x"}),
        "a.webp": ("bytes 00ff", base64.b64encode(b"\0\xff").decode()),
        "a/b/c.gif": ("text 123", "123"),
        "é.bmp": ("text [not json", "[not json"),
    }
    for name, (content, _) in contents.items():
        data.put(name, content)
    data.put("notes.txt", "text left out")
    data.put(".hidden.jpg", "text left out")
    data.put(".thumbs/a.jpg", "text left out")
    entries = answered()
    names = sorted(contents, key=str.encode)
    assert [one["file"] for one in entries] == names
    assert [one["result"] for one in entries] == [contents[name][1] for name in names]
    assert (tmp_path / "result.json").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "result.json.journal").exists()


def test_a_file_that_fails_says_why_in_its_place_and_stops_nothing(data, answered, calls):
    os.mkfifo(data.path / "d-pipe.jpg")
    for name, content in {
        "a.jpg": "known", "b.jpg": "unknown", "c.jpg": "exits",
        "e-large.jpg": b"text " + b"x" * 300, "f.jpg": "status 404",
        "g.jpg": "sleep 30", "h.jpg": "text fine", "i.jpg": "no-such-verb",
    }.items():  # fmt: skip
        data.put(name, content)
    (data.path / "j-gone.jpg").symlink_to("nowhere.jpg")
    entries = answered(MAX_BODY_BYTES=200, EXEC_TIMEOUT="0.5", CONCURRENCY=1)
    codes = {one["file"][0]: one["error"]["code"] for one in entries if "error" in one}
    assert codes == {
        "a": "not_an_image", "b": "handler_error", "c": "handler_error", "d": "unreadable_file",
        "e": "body_too_large", "f": "handler_status", "g": "timeout", "i": "handler_error",
        "j": "unreadable_file",
    }  # fmt: skip
    assert entries[7] == {"file": "h.jpg", "result": "fine"}
    messages = {one["file"]: one["error"]["message"] for one in entries if "error" in one}
    assert messages["a.jpg"] == "this is no image; send one \\ud800"
    assert messages["f.jpg"] == "the handler answered with status 404: first line"
    assert messages["d-pipe.jpg"] == "the file cannot be read: it is no plain file"
    assert messages["j-gone.jpg"] == "the file cannot be read: No such file or directory"
    assert "secret" not in json.dumps(entries)
    assert len(calls()) == 7  # the ones that could be read


def test_no_more_calls_run_at_once_than_told_and_hung_ones_hold_up_nobody(data, answered, calls):
    for number in range(8):
        data.put(f"{number}.jpg", "sleep 0.05")
    answered(CONCURRENCY=3)
    assert max(int(line.split()[1]) for line in calls()) == 3


def test_no_more_files_are_in_memory_than_are_answered(data, begin, calls):
    for number in range(60):
        os.truncate(data.put(f"{number:02}.jpg", "known "), 5_000_000)
    data.put("last.jpg", "sleep 1")
    run = begin(CALLS_FILE=None, LOG_LEVEL="debug")
    run.until(lambda: "60 of 61" in run.log)
    status = Path(f"/proc/{run.process.pid}/status").read_text()
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < 120_000
    assert run.wait() == 0


def test_a_file_that_kills_process_after_process_is_found_out_and_given_up(
    begin, data, calls, tmp_path
):
    names = data.fill(8, 0.1)
    data.put("03a.jpg", "dies")
    runs = 0
    while begin().wait() == -signal.SIGKILL:
        runs += 1
        assert runs < 5
    assert runs == 3  # once beside another, twice alone
    entries = json.loads((tmp_path / "result.json").read_text())["answer"]
    assert [one["file"] for one in entries] == sorted([*names, "03a.jpg"])
    errors = {one["file"]: one["error"]["code"] for one in entries if "error" in one}
    assert errors == {"03a.jpg": "handler_crashed"}
    assert [line.split()[0] for line in calls()].count("dies") == 3


def test_a_file_is_not_to_blame_for_a_process_that_was_told_to_end(begin, data, calls):
    data.put("a.jpg", "sleep 1")
    for _ in range(3):
        run = begin(CONCURRENCY=1, SHUTDOWN_TIMEOUT=0)
        count = len(calls())
        run.until(lambda count=count: len(calls()) > count)
        run.process.terminate()
        assert run.wait() == 143
    last = begin()
    assert last.wait() == 0
    assert "0 failed" in last.log.splitlines()[-2]


def test_running_calls_are_waited_for_no_longer_than_told(begin, data, calls):
    data.put("a.jpg", "sleep 20")
    run = begin(SHUTDOWN_TIMEOUT="0.3")
    run.until(calls)
    run.process.terminate()
    assert run.wait(5) == 143


def test_too_many_hung_calls_end_the_batch(begin, data, calls):
    for number in range(60):
        data.put(f"{number}.jpg", "sleep 60")
    run = begin(CONCURRENCY=4, EXEC_TIMEOUT="0.1")
    assert run.wait() == 1
    assert "32 calls hang beyond EXEC_TIMEOUT" in run.log
    assert 32 <= len(calls()) < 45
