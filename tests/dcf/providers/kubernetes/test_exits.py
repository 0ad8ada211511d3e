"""How containers end, as runtimes tell it, in the words that every provider has for it."""

import signal
from pathlib import Path

import pytest

from dcf.providers.kubernetes.exits import exit_of, start_fault
from dcf.providers.notices import EXIT, MEMORY, NOT_STARTED, SIGNAL
from dcf.providers.placement import ReplicaExit
from dcf.providers.restart_kind import restart_kind
from tests.dcf.providers.kubernetes.objects import LATER, end

ADDRESS = "http://10.0.0.7:8080"
FAULT = """Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/dcf/handler/src/handler.py", line 8 in handle
"""


def told(found, *, memory="", was_ready=False, folder=None):
    return exit_of(
        found, "echo-1", ADDRESS, memory=memory, was_ready=was_ready, folder=folder
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "cause", "kind"),
    [
        (end(7), "exited with status 7", EXIT),
        (end(0, reason="Completed"), "exited with status 0, though nobody asked it to", EXIT),
        (end(139), "killed by signal 11 (SIGSEGV), a fault in compiled code", SIGNAL),
        (end(143), "killed by signal 15 (SIGTERM)", SIGNAL),
        (end(134), "killed by signal 6 (SIGABRT)", SIGNAL),
        (
            end(137),
            "killed by signal 9 (SIGKILL), by its node or by a program in it: memory did not run "
            "out",
            SIGNAL,
        ),
        (
            end(137, reason="OOMKilled"),
            "killed by signal 9 (SIGKILL): memory ran out on its node",
            MEMORY,
        ),
        (end(255), "exited with status 255", EXIT),
        (end(128), "exited with status 128", EXIT),
        (end(137, reason="ContainerStatusUnknown"), "ended with a status that nobody knows", EXIT),
        ({**end(0), "signal": 10}, "killed by signal 10 (SIGUSR1)", SIGNAL),
        (
            end(127, 'caused "exec: \\"x\\": not found": unknown', "ContainerCannotRun"),
            "the process cannot be started: x: not found",
            NOT_STARTED,
        ),
    ],
)  # fmt: skip
def test_causes_are_those_of_every_provider(found, cause, kind):
    ended = told(found)
    assert ended == ReplicaExit(cause, cause, LATER, "echo-1", ADDRESS)
    assert restart_kind(ended.reason) == kind


@pytest.mark.parametrize("number", [each for each in signal.Signals if each is not signal.SIGKILL])
def test_every_signal_is_told_by_its_name(number):
    assert told(end(128 + number)).cause.startswith(f"killed by signal {int(number)} (")


def test_over_its_limit_it_says_what_to_do():
    ended = told(end(137, reason="OOMKilled"), memory="64Mi")
    assert ended.reason == (
        "killed by signal 9 (SIGKILL): memory ran out, over its memory limit of 64Mi: "
        "raise limits.memory, or use less"
    )
    assert restart_kind(ended.reason) == MEMORY


def test_last_words_are_told_unless_they_are_of_calls():
    error = "2026-11-21T10:00:00Z ERROR no weights"
    assert told(end(1, f"{error}\nbye\n")).reason == "exited with status 1: no weights"
    assert told(end(1, f"{error}\n"), was_ready=True).reason == (
        "exited with status 1; its last line: no weights"
    )
    assert told(end(1, "2026-11-21T10:00:00Z INFO call\n")).reason == "exited with status 1"
    assert told(end(1, error)).cause == "exited with status 1"


def test_a_fault_is_told_with_its_place_in_the_function():
    ended = told(end(139, FAULT), was_ready=True, folder=Path("/dcf/handler"))
    assert ended.reason == f"{ended.cause}; in handle (src/handler.py:8)"
    assert told(end(139, FAULT)).reason.startswith(f"{ended.cause}; in string_at (/usr/lib")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "failed to create containerd task: failed to create shim task: OCI runtime create "
            "failed: runc create failed: unable to start container process: exec: "
            '"nosuch": executable file not found in $PATH: unknown',
            "nosuch: executable file not found in $PATH",
        ),
        (
            "OCI runtime create failed: container_linux.go:349: starting container process caused "
            '"exec: \\"nosuch\\": stat nosuch: no such file or directory": unknown',
            "nosuch: stat nosuch: no such file or directory",
        ),
        (
            "failed to create containerd task: failed to create shim task: OCI runtime create "
            "failed: runc create failed: unable to start container process: error during "
            "container init: error mounting: not a directory: unknown",
            "error mounting: not a directory",
        ),
        ("context deadline\nexceeded", "context deadline exceeded"),
        ("", "the container runtime does not say why"),
    ],
)
def test_what_a_runtime_cannot_start_is_told_without_who_handed_it_on(message, words):
    assert start_fault(message) == words
