import subprocess
import sys

from models.file_lock import FileLock


def test_one_at_a_time(tmp_path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.try_take()
    assert not second.try_take()
    first.release()
    assert second.try_take()
    second.release()
    second.release()
    with first:
        assert not second.try_take()


def test_a_program_that_was_given_it_holds_it_on(tmp_path):
    lock = FileLock(tmp_path / "lock")
    assert lock.try_take()
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock.fileno(),)
    ) as program:
        lock.release()
        assert not lock.try_take()
        program.communicate(b"\n", timeout=60)
    assert lock.try_take()
    lock.release()


def test_who_shares_it_keeps_out_only_who_does_not(tmp_path):
    file = tmp_path / "lock"
    with FileLock(file, shared=True), FileLock(file, shared=True):
        assert not FileLock(file).try_take()
    with FileLock(file):
        assert not FileLock(file, shared=True).try_take()


def test_what_was_taken_already_is_released_at_the_end(tmp_path):
    lock = FileLock(tmp_path / "lock")
    assert lock.try_take()
    with lock:
        pass
    with FileLock(tmp_path / "lock") as other:
        assert other.fileno() >= 0
