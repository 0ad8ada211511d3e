import fcntl
import os
import subprocess
import sys

import pytest

from models.pipeline import state as module
from models.pipeline.errors import PipelineError
from models.pipeline.machine import Noted, Stage
from models.pipeline.state import StateFolder

NOTES = {"train": Noted(Stage.DONE, {"data": "1"}, {"out": "2"})}
BAD = {
    "cut": b'{"format": 1, "steps": {',
    "a pickle": b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94",
    "another format": b'{"format": 2, "steps": {}}',
    "another stage": b'{"format": 1, "steps": {"a": ["ended", {}, {}]}}',
    "commands": b'{"format": 1, "steps": {}, "command": ["sh"]}',
    "a number": b"1",
    "deep": b"[" * 100_000,
}


def test_what_is_written_is_read(tmp_path):
    folder = StateFolder(tmp_path / "deep/state")
    assert folder.read() == {}
    folder.write(NOTES)
    assert folder.read() == NOTES
    assert [each.name for each in folder.folder.iterdir()] == ["state.json"]


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_state_that_is_none_is_told_in_one_line(tmp_path, content):
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(PipelineError, match="remove it") as caught:
        StateFolder(tmp_path).read()
    assert "\n" not in caught.value.message


def test_two_runs_do_not_mix(tmp_path):
    folder = StateFolder(tmp_path)
    with folder.alone():
        told = f"another run .process {os.getpid()}."
        with pytest.raises(PipelineError, match=told), folder.alone():
            pytest.fail("both are at work")
    with folder.alone():
        pass


def test_a_run_waits_for_the_step_of_one_that_was_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_WAIT_S", 60.0)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with (tmp_path / "lock").open("w") as lock:
        lock.write(f"{gone.pid}\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        step = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock.fileno(),)
        )
    tries = []
    monkeypatch.setattr(module.time, "sleep", lambda _: tries.append(1) or step.communicate(b"\n"))
    with StateFolder(tmp_path).alone():
        assert tries == [1]
        assert step.returncode == 0


def test_a_step_that_does_not_end_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_WAIT_S", 0.0)
    with (tmp_path / "lock").open("w") as lock:
        lock.write("not a number\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = "a step of it: wait"
        with pytest.raises(PipelineError, match=told), StateFolder(tmp_path).alone():
            pytest.fail("both are at work")


def test_what_was_made_before_is_put_aside_once(tmp_path):
    folder = StateFolder(tmp_path / "state")
    for number in range(2):
        (tmp_path / "run").mkdir()
        (tmp_path / "run/number").write_text(str(number))
        folder.put_aside("train", [tmp_path / "run", tmp_path / "none"])
        assert not (tmp_path / "run").exists()
        assert (tmp_path / "state/before/train/run/number").read_text() == str(number)
    folder.put_aside("train", [tmp_path / "run"])
    assert (tmp_path / "state/before/train/run").is_dir()


def test_several_outputs_of_one_name_are_put_aside(tmp_path):
    made = [tmp_path / "a/out", tmp_path / "b/out"]
    for path in made:
        path.mkdir(parents=True)
    StateFolder(tmp_path / "state").put_aside("step", made)
    assert {each.name for each in (tmp_path / "state/before/step").iterdir()} == {"0-out", "1-out"}
