"""Start, going on after an end of any kind, and what is said meanwhile."""

import fcntl
import json
import os
import resource
import signal
import time

import pytest


def test_the_flag_alone_is_enough_and_the_lock_file_is_there_meanwhile(begin, data):
    data.put("a.jpg", "sleep 1")
    run = begin("--batch", BATCH=None)
    lock = run.log_file.with_name("lock")
    run.until(lock.exists)
    assert run.wait() == 0, run.log
    assert not lock.exists()


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"DATA_PATH": None}, 1, "DATA_PATH is not set"),
        ({"DATA_PATH": "/no/such/folder"}, 1, "cannot read DATA_PATH /no/such/folder: No"),
        ({"DATA_FILES": "*.png"}, 1, "has no file named *.png; set DATA_FILES"),
        ({"RESULT_FILE": "/proc/result.json"}, 1, "cannot write /proc/result.json.journal"),
        ({"HANDLER_FILE": "bach.py"}, 1, "did you mean batch.py?"),
        ({"BATCH": "perhaps"}, 2, "BATCH is 'perhaps'; it must be one of auto, true, false"),
        ({"BATCH_RETRY": "-1"}, 2, "BATCH_RETRY is '-1'"),
        ({"ANSWER_HOOK": "batch_shape.py"}, 2, "it must be file.py:function"),
        ({"ANSWER_HOOK": "batch_shap.py:by_name"}, 1, "ANSWER_HOOK: there is no handler file"),
        ({"ANSWER_HOOK": "batch_shape.py:by_nam"}, 1, "did you mean by_name?"),
        ({"ANSWER_HOOK": "batch_shape.py:number"}, 1, "number of"),
        ({"ANSWER_HOOK": "batch_shape.py:two"}, 1, "must take one argument"),
        ({"ANSWER_HOOK": "batch_shape.py:waits"}, 1, "is a coroutine function"),
        ({"ANSWER_TEMPLATE": "no.json"}, 2, "no.json cannot be read: No such file"),
        ({"ANSWER_TEMPLATE": "batch.py"}, 2, "is not JSON"),
    ],
)  # fmt: skip
def test_what_is_wrong_at_the_start_is_one_line(begin, data, calls, settings, code, said):
    data.put("a.jpg", "text a")
    run = begin(**settings)
    assert run.wait() == code
    assert said in run.log
    lines = [line for line in run.log.splitlines() if " INFO " not in line]
    assert len(lines) == 1
    assert not calls()


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('{"a": "{resul}"}', "{resul}; did you mean {result}?"),
        ('["{zzz}"]', "it knows file, name, stem, index, result, error"),
        ('"found {result}"', "{result} inside a longer text"),
        ("[" * 60_000, "is not JSON"),
        ("[" * 60 + "]" * 60, "is nested over 50 deep"),
        ('"\\ud800"', "is not JSON"),
        ('"' + "x" * 70_000 + '"', "is over 65536 bytes"),
    ],
    ids=["near miss", "unknown", "inside text", "deep", "nested", "half", "large"],
)
def test_a_wrong_template_ends_the_start(begin, data, tmp_path, template, said):
    data.put("a.jpg", "text a")
    (tmp_path / "t.json").write_text(template)
    run = begin(ANSWER_TEMPLATE=tmp_path / "t.json")
    assert run.wait() == 2
    assert said in run.log
    assert len(run.log.splitlines()) == 1


def test_an_empty_folder_is_told(begin):
    run = begin()
    assert run.wait() == 1
    assert "has no file named *.jpg" in run.log
    assert len(run.log.splitlines()) == 1


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("fails", "ANSWER_HOOK failed: KeyError: 'no 1'"),
        ("no_json", "made a dict that JSON cannot"),
    ],
)
def test_a_hook_that_fails_at_the_end_costs_no_work(begin, data, calls, hook, said):
    data.put("a.jpg", "text a")
    run = begin(ANSWER_HOOK=f"batch_shape.py:{hook}")
    assert run.wait() == 1
    assert said in run.log
    assert "watcher/batch" not in run.log
    assert begin(ANSWER_HOOK="batch_shape.py:by_name").wait() == 0
    assert len(calls()) == 1


def fill(data, count=30, seconds=0.1):
    for number in range(count):
        data.put(f"{number:02}.jpg", f"sleep {seconds}{number:02}")
    return [f"{number:02}.jpg" for number in range(count)]


def test_a_killed_run_goes_on_and_does_no_file_twice(begin, data, calls, tmp_path, judge):
    names = fill(data)
    first = begin(REST_URL=judge.url)
    journal = tmp_path / "result.json.journal"
    first.until(lambda: len(calls()) > 8)
    first.process.kill()
    first.wait()
    assert journal.stat().st_mode & 0o777 == 0o600
    done = [line for line in map(json.loads, journal.read_text().splitlines()) if "entry" in line]
    assert 5 <= len(done) < 20
    started = len(calls())
    with journal.open("a") as cut:
        cut.write('{"key": "29.jpg", "size": 1, "mti')
    second = begin(REST_URL=judge.url)
    assert second.wait() == 0, second.log
    assert f"{len(done)} of 30 files" in second.log
    again = [line.split()[0] for line in calls()[started:]]
    assert len(again) == 30 - len(done)
    assert not {one["entry"]["result"] for one in done} & set(again)
    assert [one["file"] for one in judge.answer()] == names
    assert not journal.exists()
    assert (tmp_path / "result.json").read_bytes() == judge.seen[-1][3]
    third = begin(REST_URL=judge.url)
    assert third.wait() == 0  # after acceptance all begins anew
    assert len(calls()) == started + len(again) + 30


def test_a_file_that_kills_process_after_process_is_found_out_and_given_up(
    begin, data, calls, tmp_path
):
    names = fill(data, 8, 0.1)
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


def test_a_file_that_has_changed_is_done_again_and_one_that_is_gone_is_left_out(
    begin, data, calls, tmp_path
):
    fill(data, 4, 0.0)
    first = begin(ANSWER_HOOK="batch_shape.py:fails")
    assert first.wait() == 1
    (data.path / "00.jpg").write_text("text new")
    (data.path / "01.jpg").unlink()
    second = begin()
    assert second.wait() == 0
    assert len(calls()) == 5
    answer = json.loads((tmp_path / "result.json").read_text())["answer"]
    assert [one["file"] for one in answer] == ["00.jpg", "02.jpg", "03.jpg"]
    assert answer[0]["result"] == "new"


def test_another_functions_journal_is_of_no_use(begin, data, calls):
    fill(data, 3, 0.0)
    assert begin(ANSWER_HOOK="batch_shape.py:fails").wait() == 1
    second = begin(MODEL="retrained")
    assert second.wait() == 0
    assert "is of another function or folder: begun anew" in second.log
    assert len(calls()) == 6


def test_a_full_disk_is_one_line_and_costs_only_what_was_not_written(begin, data, calls):
    fill(data, 20, 0.0)
    data.put("00.jpg", "sleep 0.5")
    full = begin(CONCURRENCY=1)
    full.until(calls)
    resource.prlimit(full.process.pid, resource.RLIMIT_FSIZE, (1000, 1000))
    assert full.wait() == 1
    (line,) = (line for line in full.log.splitlines() if " ERROR " in line)
    assert "cannot write" in line
    assert "Traceback" not in full.log
    before = len(calls())
    second = begin()
    assert second.wait() == 0, second.log
    assert 20 - before <= len(calls()) - before <= 21 - before


@pytest.mark.parametrize("content", [b"", b"garbage\n{}\n", b"\xff\xfe\0" * 999, b'{"run":1}\n'])
def test_a_damaged_journal_is_begun_anew(begin, data, calls, tmp_path, content):
    fill(data, 3, 0.0)
    (tmp_path / "result.json.journal").write_bytes(content)
    assert begin().wait() == 0
    assert len(calls()) == 3


def test_a_journal_that_is_a_link_or_in_use_is_refused(begin, data, tmp_path):
    data.put("a.jpg", "text a")
    journal, precious = tmp_path / "result.json.journal", tmp_path / "precious"
    precious.write_text("precious")
    journal.symlink_to(precious)
    run = begin()
    assert run.wait() == 1
    assert "cannot write" in run.log
    assert precious.read_text() == "precious"
    journal.unlink()
    with journal.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = begin()
        assert run.wait() == 1
    assert "another run is writing" in run.log
    journal.unlink()
    os.mkfifo(journal)
    assert begin().wait() == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_after_the_running_calls_and_says_how_to_go_on(
    begin, data, calls, tmp_path, number, code
):
    fill(data, 20, 0.3)
    run = begin()
    run.until(lambda: len(calls()) >= 4)
    run.process.send_signal(number)
    assert run.wait() == code
    last = run.log.splitlines()[-1]
    assert (
        f"ended early, {signal.Signals(number).name}: start again with the same DATA_PATH" in last
    )
    journal = (tmp_path / "result.json.journal").read_text()
    assert journal.count('"entry"') == len(calls()) < 10
    assert not (tmp_path / "result.json").exists()


def test_a_second_signal_ends_at_once_and_so_does_one_while_loading(begin, data, calls):
    data.put("a.jpg", "sleep 20")
    run = begin()
    run.until(calls)
    run.process.terminate()
    time.sleep(0.3)
    assert run.process.poll() is None
    run.process.terminate()
    assert run.wait(5) == 143
    loading = begin(HANDLER_FILE="hangs_at_import.py", RESULT_FILE="other.json")
    loading.until(lambda: "importing" in loading.log)
    loading.process.terminate()
    assert loading.wait(5) == 143


def test_a_signal_between_attempts_keeps_the_answer(begin, data, judge, tmp_path):
    data.put("a.jpg", "text a")
    judge.script = [(503, {"Retry-After": "60"}, b"")]
    run = begin(REST_URL=judge.url)
    run.until(lambda: "again in 60.0 s" in run.log)
    run.process.terminate()
    assert run.wait(5) == 143
    assert (tmp_path / "result.json").exists()
    assert begin(REST_URL=judge.url).wait() == 0
    assert len(judge.seen) == 2


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


def test_without_a_result_file_one_in_the_temporary_folder_is_used_again(begin, data, tmp_path):
    data.put("a.jpg", "text a")
    names = []
    for _ in range(2):
        run = begin(RESULT_FILE=None, TMPDIR=tmp_path)
        assert run.wait() == 0
        names.append(run.out.strip())
    assert names[0] == names[1]
    assert names[0].startswith(str(tmp_path / "answer-"))


def test_progress_is_told_every_few_seconds_and_at_the_end(begin, data):
    fill(data, 14, 0.4)
    data.put("bad.jpg", "known")
    run = begin(CONCURRENCY=1)
    assert run.wait() == 0
    lines = [line.split(" INFO ")[1] for line in run.log.splitlines() if " of 15 files" in line]
    assert lines[0].startswith("0 of 15 files")
    assert len(lines) == 3
    assert " s left" in lines[1]
    assert lines[-1].startswith("15 of 15 files, ")
    assert lines[-1].endswith("a second, 1 failed")
