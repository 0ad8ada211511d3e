"""The reason of an end is one line a person can read, and begins with how it ended."""

import pytest

from dcf.providers.placement import FunctionSpec
from dcf.providers.process.exit_reason import exit_reason
from dcf.providers.rollout.states import State

ERROR = "2026-11-21T10:00:00Z ERROR no handler"
INFO = "2026-11-21T10:00:00Z INFO up"


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ([ERROR], 1, "ended with status 1: no handler"),
        ([ERROR + "\\nTraceback ...\\n"], 1, "ended with status 1: no handler"),
        ([ERROR, "Traceback", "KeyError: 1"], 1, "ended with status 1: no handler"),
        ([INFO, ERROR, "Traceback", "KeyError: 1"], 2, "ended with status 2: no handler"),
        (['{"level": "error", "message": "no\\nTraceback"}'], 1, "ended with status 1: no"),
        (["watcher: PORT is x"], 2, "ended with status 2: PORT is x"),
        (["{not json"], 1, "ended with status 1; its last line: {not json"),
        (["[" * 90000], 1, "ended with status 1; its last line: " + "[" * 500 + "..."),
        ([INFO, "half a"], 3, "ended with status 3; its last line: half a"),
        ([], 3, "ended with status 3, and wrote nothing"),
        ([], 0, "ended with status 0, though nobody asked it to, and wrote nothing"),
        ([INFO], -6, "killed by signal 6 (SIGABRT); its last line: up"),
        ([ERROR], -15, "killed by signal 15 (SIGTERM); its last line: no handler"),
        ([], -40, "killed by signal 40, and wrote nothing"),
        ([], None, "ended with a status that nobody knows, and wrote nothing"),
    ],
)
def test_the_reason_of_one_that_was_never_ready(lines, code, words):
    assert exit_reason(lines, code, was_ready=False) == words


def test_memory_is_named_where_it_may_have_been_that():
    assert "when memory runs out); its last line: up" in exit_reason([INFO], -9, was_ready=True)
    assert "a fault in compiled code)" in exit_reason([INFO], -11, was_ready=True)


def test_an_error_of_a_call_is_not_why_a_replica_ended():
    words = exit_reason([ERROR, INFO], 1, was_ready=True)
    assert words == "ended with status 1; its last line: up"


HANDLE = "\n\ndef handle(body):\n    return 'one'\n"
LATER = """
import ctypes, os, signal, sys, threading

def soon():
    {wait}
    print("nothing is wrong", flush=True)
    {end}

threading.Thread(target=soon, daemon=True).start()
"""


@pytest.mark.parametrize(
    ("code", "begins", "says"),
    [
        ("raise ValueError('no weights')", "ended with status 1: ", "no weights"),
        ("1 +", "ended with status 1: ", "handler.py"),
        ("import os\nos._exit(9)", "ended with status 9", ""),
        ("import sys\nsys.exit(4)", "ended with status", "4"),
        (
            "print('fine', flush=True)\nimport os\nos._exit(0)",
            "ended with status 0, ",
            "line: fine",
        ),
        ("import os\nos.kill(os.getpid(), 9)", "killed by signal 9 (SIGKILL", "memory runs out"),
        ("import os\nos.abort()", "killed by signal 6 (SIGABRT)", ""),
        ("import ctypes\nctypes.string_at(0)", "killed by signal 11 (SIGSEGV", "compiled code"),
    ],
    ids=["raises", "syntax", "_exit", "sys.exit", "zero", "SIGKILL", "abort", "SIGSEGV"],
)
def test_a_real_one_that_ends_while_it_loads(drive, code, begins, says):
    async def steps(driven):
        image = await driven.image(code + HANDLE)
        await driven.provider.placement.deploy(FunctionSpec("f", image))
        reason = (await driven.failed()).reason
        assert reason.startswith(begins), reason
        assert says in reason
        assert "\n" not in reason

    drive(steps)


@pytest.mark.parametrize(
    ("end", "begins"),
    [
        ("os._exit(3)", "ended with status 3; its last line: nothing is wrong"),
        ("os._exit(0)", "ended with status 0, though nobody asked it to; its last line: nothing"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9 (SIGKILL, "),
        ("ctypes.string_at(0)", "killed by signal 11 (SIGSEGV, "),
    ],
    ids=["_exit", "zero", "SIGKILL", "SIGSEGV"],
)
def test_a_real_one_that_ends_when_it_was_ready(drive, gate, end, begins):
    async def steps(driven):
        await driven.deploy("def handle(body):\n    return 'old'\n")
        image = await driven.image(LATER.format(end=end, wait=gate.wait) + HANDLE)
        await driven.provider.placement.update(FunctionSpec("f", image))
        await driven.rolling(State.TRIAL)
        gate.open()
        reason = (await driven.failed()).reason
        assert reason.startswith("it was ready, and then: " + begins), reason

    drive.options["min_ready_seconds"] = 60.0
    drive(steps)
