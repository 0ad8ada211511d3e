"""What is in the answer: every file, in order, with its result or its error."""

import base64
import json
import os
import re
from pathlib import Path

import pytest

from watcher import reply
from watcher.batch import data as data_of
from watcher.batch import entry
from watcher.failure import Failure


@pytest.fixture
def answered(begin, tmp_path):
    def run(**settings):
        one = begin(**settings)
        assert one.wait() == 0, one.log
        assert one.out.strip() == str(tmp_path / "result.json")
        assert "Traceback" not in one.log or "secret text" in one.log
        return json.loads((tmp_path / "result.json").read_text())["answer"]

    return run


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


def test_hostile_names_are_taken_told_apart_and_break_no_line(data, begin, tmp_path):
    names = [b"\xff.jpg", b"new\nline.jpg", b"\x1b[31m.jpg", b"%41 {result}.jpg", b'"quo\\te.jpg',
             b"-rf.jpg", "\u202egpj.jpg".encode(), b"x" * 250 + b".jpg"]  # fmt: skip
    for name in names:
        data.put(name, "text ok")
    one = begin(LOG_LEVEL="debug")
    assert one.wait() == 0, one.log
    entries = json.loads((tmp_path / "result.json").read_text())["answer"]
    assert [each["result"] for each in entries] == ["ok"] * len(names)
    said = [each["file"] for each in entries]
    assert said == [name.decode("utf-8", "backslashreplace") for name in sorted(names)]
    assert "\\xff.jpg" in said
    assert "\x1b" not in one.log
    assert all(line.startswith("20") for line in one.log.splitlines())


def test_links_in_the_tree_count_and_links_out_of_it_do_not(data, answered, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_text("text secret")
    data.put("real.jpg", "text real")
    data.put("..2026/deep.jpg", "text mounted")  # how a cluster mounts files
    (data.path / "inner.jpg").symlink_to("real.jpg")
    (data.path / "mounted.jpg").symlink_to("..2026/deep.jpg")
    (data.path / "outer.jpg").symlink_to(outside / "secret.jpg")
    (data.path / "folder").symlink_to(outside)
    (data.path / "self").symlink_to(data.path)
    (data.path / "circle.jpg").symlink_to("circle.jpg")
    assert [(one["file"], one["result"]) for one in answered()] == [
        ("inner.jpg", "real"), ("mounted.jpg", "mounted"), ("real.jpg", "real"),
    ]  # fmt: skip


def test_one_file_is_taken_whatever_its_name(data, answered):
    file = data.put("numbers.idx", "text one")
    assert answered(DATA_PATH=file) == [{"file": "numbers.idx", "result": "one"}]


def test_own_files_and_patterns(data, answered):
    data.put("a.txt", "text a")
    data.put("b.TXT", "text b")
    data.put("c.jpg", "text c")
    result = data.path.parent / "result.json"
    result.write_text("text old")
    entries = answered(DATA_FILES=" *.txt, ,c.j?g,*.json,*.journal", DATA_PATH=data.path.parent)
    assert [one["file"] for one in entries] == ["data/a.txt", "data/b.TXT", "data/c.jpg"]


def test_a_template_says_how_an_entry_looks(data, answered, tmp_path):
    data.put("sub/one.jpg", 'json {"n": 1}')
    data.put("two.jpg", "known")
    template = tmp_path / "template.json"
    template.write_text(
        '{"id": "{stem}", "at": ["{index}", "no {index}: {name}"], "found": "{result}"}'
    )
    error = {"code": "not_an_image", "message": "this is no image; send one \\ud800"}
    assert answered(ANSWER_TEMPLATE=template) == [
        {"id": "one", "at": [0, "no 0: one.jpg"], "found": {"n": 1}},
        {"id": "two", "at": [1, "no 1: two.jpg"], "found": {"error": error}},
    ]
    template.write_text('["{file}", "{result}", "{error}"]')
    assert answered(ANSWER_TEMPLATE=template) == [
        ["sub/one.jpg", {"n": 1}, None],
        ["two.jpg", None, error],
    ]


def test_a_hook_makes_the_answer(data, answered):
    data.put("a.jpg", "text a")
    data.put("b.jpg", "known")
    assert answered(ANSWER_HOOK="batch_shape.py:by_name") == {"a.jpg": "a", "b.jpg": None}


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'{"a":1}', "application/json", {"a": 1}),
        (b'{"a":1}', "application/problem+json; charset=utf-8", {"a": 1}),
        (b"7", "application/json", 7),
        (b"broken", "application/json", "broken"),
        (b"NaN", "application/json", "NaN"),
        (b"[" * 100_000, "application/json", "[" * 100_000),
        (b"[" * 950 + b"]" * 950, "application/json", "[" * 950 + "]" * 950),
        (b"[[],[]]" , "application/json", [[], []]),
        (b"7", "text/plain", "7"),
        (b' [1]', "text/plain", [1]),
        (b"{7", "text/plain", "{7"),
        (b"\xff", "text/plain", "\ufffd"),
        (b"", "text/plain", ""),
        (b'{"a":1}', "application/octet-stream", "eyJhIjoxfQ=="),
        (b"\xff\xd8", "image/jpeg", "/9g="),
    ],
)  # fmt: skip
def test_a_reply_is_json_text_or_base64(body, content_type, value):
    assert entry.value_of(reply.Reply(body, content_type)) == value


@pytest.mark.parametrize(
    "text", ["plain", chr(0xDCFF), chr(0xD800), chr(0xDCFF) + chr(0xD800), "é\n"]
)
def test_any_text_becomes_utf8(text, tmp_path):
    assert data_of.clean(text).encode()
    file = data_of.DataFile(tmp_path, data_of.clean(text), "k")
    assert entry.failed(file, Failure("c", text, "i"))["error"]["message"].encode()
