"""Start, going on after an end of any kind, and what is said meanwhile."""

import json
import signal

import pytest


def test_the_flag_alone_is_enough_and_the_lock_file_is_there_meanwhile(begin, data):
    gate = data.hold("a.jpg")
    run = begin("--batch", BATCH=None)
    lock = run.log_file.with_name("lock")
    run.until(lock.exists)
    gate.touch()
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


def test_an_empty_folder_is_told(begin):
    run = begin()
    assert run.wait() == 1
    assert "has no file named *.jpg" in run.log
    assert len(run.log.splitlines()) == 1


def test_a_killed_run_goes_on_and_does_no_file_twice(begin, data, calls, tmp_path, judge):
    names = data.fill()
    first = begin(REST_URL=judge.url)
    journal = tmp_path / "result.json.journal"
    first.until(lambda: len(calls()) > 8)
    first.process.kill()
    first.wait()
    assert journal.stat().st_mode & 0o777 == 0o600
    done = [line for line in map(json.loads, journal.read_text().splitlines()) if "entry" in line]
    assert 5 <= len(done) < 30
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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_after_the_running_calls_and_says_how_to_go_on(
    begin, data, calls, tmp_path, number, code
):
    data.fill(20, 0.3)
    run = begin()
    run.until(lambda: len(calls()) >= 4)
    run.process.send_signal(number)
    assert run.wait() == code
    last = run.log.splitlines()[-1]
    assert (
        f"ended early, {signal.Signals(number).name}: start again with the same DATA_PATH" in last
    )
    journal = (tmp_path / "result.json.journal").read_text()
    assert journal.count('"entry"') == len(calls()) < 20
    assert not (tmp_path / "result.json").exists()


def test_a_second_signal_ends_at_once_and_so_does_one_while_loading(begin, data, calls, tmp_path):
    data.hold("a.jpg")
    run = begin()
    run.until(calls)
    run.process.terminate()
    # Once it says how far it is no more, it waits for the running call: the journal has a pardon.
    run.until(lambda: '"key":""' in (tmp_path / "result.json.journal").read_text())
    run.process.terminate()
    assert run.wait() == 143
    loading = begin(HANDLER_FILE="hangs_at_import.py", RESULT_FILE="other.json")
    loading.until(lambda: "importing" in loading.log)
    loading.process.terminate()
    assert loading.wait() == 143


def test_a_signal_between_attempts_keeps_the_answer(begin, data, judge, tmp_path):
    data.put("a.jpg", "text a")
    judge.script = [(503, {"Retry-After": "60"}, b"")]
    run = begin(REST_URL=judge.url)
    run.until(lambda: "again in 60.0 s" in run.log)
    run.process.terminate()
    assert run.wait() == 143
    assert (tmp_path / "result.json").exists()
    assert begin(REST_URL=judge.url).wait() == 0
    assert len(judge.seen) == 2
