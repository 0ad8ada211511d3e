"""Files through the handler: so many at once, each with its entry, whatever it does."""

import base64
import json
import os
import re
import signal
import threading
from pathlib import Path

import pytest

from tests.waiting import until
from watcher.batch import data as data_of
from watcher.batch.journal import Journal
from watcher.batch.stop import Stop
from watcher.batch.workers import Workers
from watcher.configuration import config
from watcher.errors import BrokenJournal
from watcher.reply import Reply


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
    entries = answered(MAX_BODY_BYTES=200, EXEC_TIMEOUT="2", CONCURRENCY=1)
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
        data.put(f"{number}.jpg", "together 4")
    answered(CONCURRENCY=3)
    assert max(int(line.split()[1]) for line in calls()) == 3


def test_no_more_files_are_in_memory_than_are_answered(data, begin, calls):
    for number in range(60):
        os.truncate(data.put(f"{number:02}.jpg", "known "), 5_000_000)
    gate = data.hold("last.jpg")
    run = begin(CALLS_FILE=None, LOG_LEVEL="debug")
    run.until(lambda: "60 of 61" in run.log)
    status = Path(f"/proc/{run.process.pid}/status").read_text()
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) < 120_000
    gate.touch()
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
    gate = data.hold("a.jpg")
    for _ in range(3):
        run = begin(CONCURRENCY=1, SHUTDOWN_TIMEOUT=0)
        count = len(calls())
        run.until(lambda count=count: len(calls()) > count)
        run.process.terminate()
        assert run.wait() == 143
    gate.touch()
    last = begin()
    assert last.wait() == 0
    assert "0 failed" in last.log.splitlines()[-2]


def test_running_calls_are_waited_for_no_longer_than_told(begin, data, calls):
    data.hold("a.jpg")
    run = begin(SHUTDOWN_TIMEOUT="0.3")
    run.until(calls)
    run.process.terminate()
    assert run.wait() == 143


def test_too_many_hung_calls_end_the_batch(begin, data, calls):
    for number in range(60):
        data.put(f"{number}.jpg", "sleep 60")
    run = begin(CONCURRENCY=4, EXEC_TIMEOUT="0.1")
    assert run.wait() == 1
    assert "32 calls hang beyond EXEC_TIMEOUT" in run.log
    assert 32 <= len(calls()) < 45


class Batch:
    """A pass over files in this process, by a handler that does what a file's content says."""

    def __init__(self, data, folder):
        self.data, self.folder, self.called = data, folder, []
        self.gate = threading.Event()

    def handle(self, request):
        self.called.append(request.input.decode())
        if request.input == b"wait":
            assert self.gate.wait(20)
        if request.input == b"exit":
            raise SystemExit(3)
        return Reply(request.input, "text/plain")

    def workers(self, *, prepare=lambda journal, files: None, **given):
        names = {name: str(value) for name, value in given.items()}
        settings = config.read({}, {"CONCURRENCY": "2", "EXEC_TIMEOUT": "20", **names})
        files = data_of.find(str(self.data), "*", frozenset())
        journal = Journal(self.folder / "journal")
        journal.begin("run")
        prepare(journal, files)
        journal.close()
        self.journal = Journal(self.folder / "journal")
        self.journal.begin("run")
        return Workers(settings, self.handle, files, self.journal)


@pytest.fixture
def batch(data, tmp_path):
    one = Batch(data, tmp_path)
    yield one
    one.gate.set()
    one.journal.close()


def state(file):
    return data_of.read(file, 1000)


def test_entries_are_in_order_and_what_is_done_is_not_done_again(batch, data):
    for name in "abc":
        data.put(f"{name}.jpg", name)

    def prepare(journal, files):
        journal.add(files[1], state(files[1]), {"file": "b.jpg", "result": "kept"})

    workers = batch.workers(prepare=prepare)
    assert workers.line.startswith("1 of 3 files")
    workers.run(Stop())
    assert workers.entries == [
        {"file": "a.jpg", "result": "a"},
        {"file": "b.jpg", "result": "kept"},
        {"file": "c.jpg", "result": "c"},
    ]
    assert sorted(batch.called) == ["a", "c"]
    assert not workers.are_busy


def test_who_may_be_to_blame_goes_first_and_alone_and_who_is_does_not_go(batch, data):
    for name in "abcd":
        data.put(f"{name}.jpg", name)

    def prepare(journal, files):
        for alone in (False, True):
            journal.begun(files[3], state(files[3]), alone=alone)  # one death, and a doubt
        for _ in range(2):
            journal.begun(files[1], state(files[1]), alone=True)
        journal.begun(files[2], state(files[2]), alone=False)

    workers = batch.workers(prepare=prepare, CONCURRENCY=1)
    workers.run(Stop())
    assert batch.called == ["c", "d", "a"]
    assert [one.get("error", {}).get("code") for one in workers.entries] == [
        None, "handler_crashed", None, None,
    ]  # fmt: skip


def test_an_end_that_is_asked_for_comes_after_the_running_calls(batch, data):
    for number in range(6):
        data.put(f"{number}.jpg", "wait")
    workers, stop = batch.workers(), Stop()
    running = threading.Thread(target=workers.run, args=(stop,))
    running.start()
    until(lambda: len(batch.called) == 2)
    assert workers.are_busy
    stop.ask("SIGTERM", 143)
    batch.gate.set()
    running.join(20)
    assert [one is not None for one in workers.entries] == [True] * 2 + [False] * 4
    assert len(batch.called) == 2


def test_an_exit_is_the_failure_of_its_file_alone(batch, data):
    data.put("a.jpg", "exit")
    data.put("b.jpg", "fine")
    workers = batch.workers()
    workers.run(Stop())
    assert workers.entries[0]["error"]["code"] == "handler_error"
    assert workers.entries[1] == {"file": "b.jpg", "result": "fine"}


def test_a_journal_that_cannot_be_written_ends_the_pass(batch, data):
    data.put("a.jpg", "text")
    workers = batch.workers()
    os.close(batch.journal._descriptor)  # as by a disk that is gone
    try:
        with pytest.raises(BrokenJournal):
            workers.run(Stop())
        assert batch.called == []
    finally:
        batch.journal._descriptor = os.open(batch.journal.path, os.O_RDWR)
