"""What is known after a kill: lines of a file that may be cut, damaged or another run's."""

import contextlib
import fcntl
import json
import os
import resource

import pytest

from watcher.batch import data as data_of
from watcher.batch.journal import Journal
from watcher.errors import BrokenJournal


def test_a_file_that_has_changed_is_done_again_and_one_that_is_gone_is_left_out(
    begin, data, calls, tmp_path
):
    data.fill(4, 0.0)
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
    data.fill(3, 0.0)
    assert begin(ANSWER_HOOK="batch_shape.py:fails").wait() == 1
    second = begin(MODEL="retrained")
    assert second.wait() == 0
    assert "is of another function or folder: begun anew" in second.log
    assert len(calls()) == 6


def test_a_full_disk_is_one_line_and_costs_only_what_was_not_written(begin, data, calls):
    data.fill(20, 0.0)
    gate = data.hold("00.jpg")
    full = begin(CONCURRENCY=1)
    full.until(calls)
    resource.prlimit(full.process.pid, resource.RLIMIT_FSIZE, (1000, 1000))
    gate.touch()
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
    data.fill(3, 0.0)
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


@pytest.fixture
def files(data):
    return [
        data_of.DataFile(data.put(f"{name}.jpg", f"text {name}"), f"{name}.jpg", name)
        for name in "abc"
    ]


@pytest.fixture
def opened(tmp_path):
    """Opens the journal, as a process does; one that is not closed is left as by a kill."""
    held = []

    def begin(run="one", *, path=tmp_path / "j"):
        while held:
            os.close(held.pop()._descriptor)
        held.append(Journal(path))
        held[-1].begin(run)
        return held[-1]

    yield begin
    while held:
        with contextlib.suppress(OSError):  # a test may have closed it
            os.close(held.pop()._descriptor)


def state(file):
    return data_of.read(file, 1000)


def test_what_is_written_down_is_known_to_the_next_process(opened, files):
    first = opened()
    first.begun(files[0], state(files[0]), alone=False)
    first.add(files[0], state(files[0]), {"file": "a.jpg", "result": [1, {"b": "é"}]})
    first.begun(files[1], state(files[1]), alone=False)
    second = opened()
    assert second.entry_of(files[0]) == {"file": "a.jpg", "result": [1, {"b": "é"}]}
    assert [second.entry_of(each) for each in files[1:]] == [None, None]
    assert [second.deaths(each) for each in files] == [None, 0, None]


@pytest.mark.parametrize(
    ("said", "deaths"),
    [
        ("", None),
        ("b", 0),  # with others: nobody knows who was to blame
        ("a", 1),
        ("ba", 1),
        ("aa", 2),
        ("ap", None),
        ("aap", None),
        ("apa", 1),
        ("aad", None),
        ("ada", 1),
    ],
)
def test_deaths_are_counted_alone_and_pardoned_and_end_with_an_entry(opened, files, said, deaths):
    """b: begun beside others; a: begun alone; p: a pardon; d: done."""
    one = files[0]
    for letter in said:
        made = opened()
        if letter == "p":
            made.pardon()
        elif letter == "d":
            made.add(one, state(one), {"file": "a.jpg", "result": 1})
        else:
            made.begun(one, state(one), alone=letter == "a")
    assert opened().deaths(one) == deaths


def test_a_file_that_is_gone_or_has_changed_is_another(opened, files):
    made = opened()
    for each in files:
        made.add(each, state(each), {"file": each.name, "result": 1})
    files[0].path.unlink()
    files[1].path.write_text("text b, longer")
    os.utime(files[2].path, ns=(1, 1))
    second = opened()
    assert [second.entry_of(each) for each in files] == [None] * 3
    assert [second.deaths(each) for each in files] == [None] * 3


def test_another_runs_work_is_not_taken_over(opened, files):
    opened("one").add(files[0], state(files[0]), {"file": "a.jpg", "result": 1})
    other = opened("two")
    assert other.is_stale
    assert other.entry_of(files[0]) is None
    again = opened("two")
    assert not again.is_stale
    assert opened("one").entry_of(files[0]) is None  # and is gone for good


def test_wherever_a_kill_cuts_it_whole_lines_count_and_more_can_follow(opened, files, tmp_path):
    made = opened()
    for each in files:
        made.begun(each, state(each), alone=True)
        made.add(each, state(each), {"file": each.name, "result": each.key})
    whole = (tmp_path / "j").read_bytes()
    head = whole.index(b"\n") + 1
    for cut in range(len(whole)):
        (tmp_path / "j").write_bytes(whole[:cut])
        after = opened()
        lines = whole[head:cut].count(b"\n") if cut >= head else 0
        known = [after.entry_of(each) for each in files]
        assert [each is not None for each in known] == [lines >= 2 * n for n in (1, 2, 3)], cut
        after.add(files[2], state(files[2]), {"file": "c.jpg", "result": "late"})
        assert opened().entry_of(files[2]) == {"file": "c.jpg", "result": "late"}


def test_damaged_lines_cost_their_own_files_alone(opened, files, tmp_path):
    made = opened()
    for each in files:
        made.add(each, state(each), {"file": each.name, "result": each.key})
    head, first, *rest = (tmp_path / "j").read_bytes().splitlines(keepends=True)
    hostile = b"[" * 100_000 + b"\n" + b"\xff\xfe\n\n" + b'{"key":1}\n'
    (tmp_path / "j").write_bytes(b"".join([head, first[: len(first) // 2], b"\n", hostile, *rest]))
    after = opened()
    assert [after.entry_of(each) is None for each in files] == [True, False, False]


def test_a_journal_in_which_nothing_is_goes_with_its_process(opened, tmp_path):
    empty = Journal(tmp_path / "other")
    empty.close()
    assert not (tmp_path / "other").exists()
    opened().close()
    assert (tmp_path / "j").exists()


def test_two_processes_do_not_write_one(opened, tmp_path):
    opened()
    with pytest.raises(BrokenJournal, match="another run is writing"):
        Journal(tmp_path / "j")
