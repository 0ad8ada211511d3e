"""How a container ended, from its pod's status, in the words of every provider."""

import re
import signal
from pathlib import Path

from ..exit_reason import OUT_OF_MEMORY, exit_cause, exit_reason
from ..placement import ReplicaExit
from .api import Json

_BY_SIGNAL = 128  # a shell's rule, which container runtimes keep: 128 and the signal's number
_NOT_STARTED = ("ContainerCannotRun", "StartError", "RunContainerError", "CreateContainerError")
# Where memory ran out, Kubernetes says so.
_KILLED = "killed by signal 9 (SIGKILL), by its node or by a program in it: memory did not run out"
_UNKNOWN = ("ContainerStatusUnknown",)
# What a runtime says of a program that is not there stands in here, quotes escaped or not.
_PROGRAM = re.compile(r'exec: \\*"(?P<name>[^"\\]+)\\*": (?P<why>.*?)(?:\\*")?(?:: unknown)*$')
# Who handed on the error, from the outside in.
_RUNTIME = re.compile(
    r"^(?:(?:failed to \w+ containerd task|failed to create shim(?: task)?|"
    r"OCI runtime create failed|runc create failed|container_linux\.go:\d+|"
    r"unable to start container process|"
    r"error during container init): )+"
)
_LONGEST = 300


def exit_of(  # pylint: disable=too-many-arguments # that many things bear on it
    end: Json,
    pod: str,
    address: str,
    *,
    memory: str,
    was_ready: bool,
    folder: Path | None = None,
) -> ReplicaExit:
    """How a container ended.

    Args:
        end: `terminated` of its status. Its message is what it wrote last, if its
            `terminationMessagePolicy` is `FallbackToLogsOnError`.
        pod: The pod's name.
        address: Where it takes calls while it is ready.
        memory: Its limit; empty without one.
        was_ready: Whether it took calls when it ended.
        folder: Where the function's code is in it, if that is known.
    """
    why, message = end.get("reason", ""), end.get("message", "")
    at = end.get("finishedAt") or ""
    if why == "OOMKilled":
        cause = f"{OUT_OF_MEMORY} on its node"
        if memory:
            limit = f"over its memory limit of {memory}"
            cause = f"{OUT_OF_MEMORY}, {limit}: raise limits.memory, or use less"
        return ReplicaExit(cause, cause, at, pod, address)
    if why in _NOT_STARTED:
        cause = f"the process cannot be started: {start_fault(message)}"
        return ReplicaExit(cause, cause, at, pod, address)
    code = None if why in _UNKNOWN else _status_of(end)
    if code == -signal.SIGKILL:
        return ReplicaExit(_KILLED, _KILLED, at, pod, address)
    lines = [] if code is None else message.splitlines()
    reason = exit_reason(lines, code, was_ready=was_ready, folder=folder)
    return ReplicaExit(exit_cause(code), reason, at, pod, address)


def start_fault(message: str) -> str:
    """What a container runtime says of a process that it cannot start, without what leads to it."""
    line = _RUNTIME.sub("", " ".join(message.split())).removesuffix(": unknown")
    if found := _PROGRAM.search(line):
        return f"{found['name']}: {found['why']}"
    return line[:_LONGEST] or "the container runtime does not say why"


def _status_of(end: Json) -> int | None:
    """The exit status as `subprocess` gives it: negative for a signal."""
    if number := end.get("signal"):
        return -int(number)
    code = int(end.get("exitCode", 0))
    is_signal = _BY_SIGNAL < code <= _BY_SIGNAL + signal.SIGRTMAX
    return _BY_SIGNAL - code if is_signal else code
