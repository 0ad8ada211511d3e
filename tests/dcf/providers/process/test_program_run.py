"""One run of a program of ours: its answer, or why there is none, and nothing of it is left."""

import asyncio
import os

import pytest

from dcf.providers.process.process_usage import family
from dcf.providers.process.program_run import run_program
from tests.waiting import until_async


@pytest.fixture(name="program")
def _program(tmp_path, monkeypatch):
    """`program(code)` writes a module and gives its name."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def write(code):
        (tmp_path / "a_program_of_ours.py").write_text("import json, os, sys\n" + code)
        return "a_program_of_ours"

    return write


def came_to(module, *paths, seconds=60.0):
    return asyncio.run(asyncio.wait_for(run_program(module, *paths, seconds=seconds), 60))


def test_its_last_line_is_its_answer_and_it_gets_its_paths(program, tmp_path):
    module = program("print('a word'); print(json.dumps({'got': sys.argv[1:]}))")
    assert came_to(module, tmp_path / "a", tmp_path / "b c") == {
        "got": [str(tmp_path / "a"), str(tmp_path / "b c")]
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit('no room')", "exited with status 1; its last line: no room"),
        ("print('{}'); sys.exit(3)", "exited with status 3"),
        ("pass", "exited with status 0"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9"),
        ("raise ValueError('a fault')", "a fault"),
    ],
    ids=["says", "answers-and-fails", "silent", "killed", "raises"],
)
def test_one_without_an_answer_has_a_fault_in_one_line(program, code, words):
    answer = came_to(program(code))
    assert set(answer) == {"fault"}
    assert words in answer["fault"]
    assert "\n" not in answer["fault"]


STARTS = """
import subprocess
child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])
open(sys.argv[1], 'w').write(str(child.pid))
import signal
signal.pause()
"""


def test_one_that_takes_too_long_ends_with_all_it_started(program, tmp_path, is_alive):
    async def steps():
        before = set(family(os.getpid()))  # other tests' gateways may be among them
        answer = await run_program(program(STARTS), tmp_path / "pid", seconds=3.0)
        assert answer == {"fault": "not done after 3 s"}
        assert set(family(os.getpid())) <= before
        mark = tmp_path / "pid"
        if mark.exists() and (child := mark.read_text()):  # it had come that far
            await until_async(lambda: not is_alive(int(child)))

    asyncio.run(asyncio.wait_for(steps(), 60))


def test_one_that_is_given_up_ends_with_all_it_started(program, tmp_path, is_alive):
    mark = tmp_path / "pid"

    async def steps():
        running = asyncio.create_task(run_program(program(STARTS), mark, seconds=60))
        await until_async(lambda: mark.exists() and mark.read_text())
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await until_async(lambda: not is_alive(int(mark.read_text())))

    asyncio.run(asyncio.wait_for(steps(), 60))


def test_it_sees_when_we_end(program):
    """Its stdin is a pipe that nobody writes to: it closes with us, however that is."""
    module = program("import stat; print(json.dumps({'is': stat.S_ISFIFO(os.fstat(0).st_mode)}))")
    assert came_to(module) == {"is": True}
