"""The reason of an end is one line a person can read, and begins with how it ended."""

from pathlib import Path

import pytest

from dcf.providers.exit_reason import exit_cause, exit_reason
from dcf.providers.placement import FunctionSpec
from dcf.providers.rollout.states import State

ERROR = "2026-11-21T10:00:00Z ERROR no handler"
INFO = "2026-11-21T10:00:00Z INFO up"


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ([ERROR], 1, "exited with status 1: no handler"),
        ([ERROR + "\\nTraceback ...\\n"], 1, "exited with status 1: no handler"),
        ([ERROR, "Traceback", "KeyError: 1"], 1, "exited with status 1: no handler"),
        ([INFO, ERROR, "Traceback", "KeyError: 1"], 2, "exited with status 2: no handler"),
        (['{"level": "error", "message": "no\\nTraceback"}'], 1, "exited with status 1: no"),
        (["watcher: PORT is x"], 2, "exited with status 2: PORT is x"),
        (["{not json"], 1, "exited with status 1; its last line: {not json"),
        (["[" * 90000], 1, "exited with status 1; its last line: " + "[" * 500 + "..."),
        ([INFO, "half a"], 3, "exited with status 3; its last line: half a"),
        ([], 3, "exited with status 3"),
        ([], 0, "exited with status 0, though nobody asked it to"),
        ([INFO], -6, "killed by signal 6 (SIGABRT)"),
        ([ERROR], -15, "killed by signal 15 (SIGTERM); its last line: no handler"),
        ([], -40, "killed by signal 40"),
        ([], None, "ended with a status that nobody knows"),
    ],
)
def test_the_reason_of_one_that_was_never_ready(lines, code, words):
    assert exit_reason(lines, code, was_ready=False) == words


def test_memory_is_named_where_it_may_have_been_that():
    assert (
        exit_cause(-9)
        == "killed by signal 9 (SIGKILL), which the kernel sends when memory runs out"
    )
    assert exit_cause(-9, 0).endswith("(SIGKILL), which some process sent: memory did not run out")
    assert exit_cause(-9, 1).endswith("memory ran out, and the kernel ended a process for it")
    assert exit_cause(-9, 3).endswith("memory ran out, and the kernel ended 3 processes for it")
    assert exit_cause(-11) == "killed by signal 11 (SIGSEGV), a fault in compiled code"


def test_an_error_of_a_call_is_not_why_a_replica_ended():
    words = exit_reason([ERROR, "cannot go on"], 1, was_ready=True)
    assert words == "exited with status 1; its last line: cannot go on"


@pytest.mark.parametrize(
    "line",
    [
        INFO,
        "2026-11-21T10:00:00Z INFO POST / - 200",
        '{"level": "info", "message": "POST / - 200"}',
    ],
)
def test_what_a_watcher_writes_every_day_explains_no_end(line):
    assert exit_reason([line], 7, was_ready=True) == "exited with status 7"


def test_a_line_from_long_before_explains_no_end():
    lines = ["all is well"]
    assert exit_reason(lines, -9, was_ready=True, ended_with=0) == exit_cause(-9)
    assert exit_reason(lines, 7, was_ready=False, ended_with=0) == "exited with status 7"
    assert exit_reason(lines, 7, was_ready=False, ended_with=1).endswith("last line: all is well")
    # Why a handler cannot be loaded is the reason whenever it was written.
    assert exit_reason([ERROR], 1, was_ready=False, ended_with=0).endswith(": no handler")


FAULT = [
    "Fatal Python error: Segmentation fault",
    "",
    "Stack (most recent call first):",
    '  File "/usr/lib/python3.11/ctypes/__init__.py", line 517 in string_at',
    '  File "/code/src/handler.py", line 8 in handle',
    '  File "/code/src/other.py", line 9 in outer',
    "",
    "Extension modules: numpy.core._multiarray_umath (total: 1)",
]


def test_where_the_function_was_is_told_as_the_interpreter_wrote_it():
    words = exit_reason(["before", *FAULT], -11, was_ready=True, folder=Path("/code"))
    assert words == f"{exit_cause(-11)}; in handle (src/handler.py:8)"
    elsewhere = exit_reason(FAULT, -11, was_ready=True, folder=Path("/other"))
    assert (
        elsewhere == f"{exit_cause(-11)}; in string_at (/usr/lib/python3.11/ctypes/__init__.py:517)"
    )
    assert exit_reason(FAULT[:3], -11, was_ready=True).startswith(exit_cause(-11))


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
        ("raise ValueError('no weights')", "exited with status 1: ", "no weights"),
        ("1 +", "exited with status 1: ", "handler.py"),
        ("import os\nos._exit(9)", "exited with status 9", ""),
        ("import sys\nsys.exit(4)", "exited with status", "4"),
        (
            "print('fine', flush=True)\nimport os\nos._exit(0)",
            "exited with status 0, ",
            "line: fine",
        ),
        ("import os\nos.kill(os.getpid(), 9)", "killed by signal 9 (SIGKILL)", "memory"),
        ("import os\nos.abort()", "killed by signal 6 (SIGABRT)", ""),
        (
            "import ctypes\nctypes.string_at(0)",
            "killed by signal 11 (SIGSEGV), ",
            "<module> (src/handler.py:2)",
        ),
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
        ("os._exit(3)", "exited with status 3; its last line: nothing is wrong"),
        ("os._exit(0)", "exited with status 0, though nobody asked it to; its last line: nothing"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9 (SIGKILL)"),
        (
            "ctypes.string_at(0)",
            "killed by signal 11 (SIGSEGV), a fault in compiled code; in soon (src/handler.py:7)",
        ),
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
