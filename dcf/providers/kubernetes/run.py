"""How the containers of one pod run: whether it takes calls, how often they ended, and how."""

import re
from functools import cached_property
from pathlib import Path

from ..placement import ReplicaExit
from .api import Json
from .exits import exit_of
from .foreign import container_of
from .trouble import NONE, Trouble

_HTTP_PORT, _HTTP = 8080, "http"
_CRASHED = "CrashLoopBackOff"
_A_CRASH, _A_LOOP = 2, 3
_BACK_OFF = re.compile(r"back-off (?P<time>\S+) restarting")


class Run:
    """Of one pod.

    Attributes:
        is_ending: Whether it was told to end.
        is_ready: Whether it takes calls.
        ends: How often the container of the function ended by itself.
        container: Its name.
    """

    def __init__(self, function: str, pod: Json) -> None:
        self._spec, status = pod.get("spec") or {}, pod.get("status") or {}
        self._name, self._ip = pod["metadata"]["name"], status.get("podIP") or ""
        self.is_ending = "deletionTimestamp" in pod["metadata"]
        conditions = {each["type"]: each for each in status.get("conditions") or ()}
        self._ready: Json = conditions.get("Ready") or {}
        self.is_ready = self._ready.get("status") == "True"
        self._container = container_of(function, self._spec)
        self.container: str = self._container.get("name", "")
        found = {each["name"]: each for each in status.get("containerStatuses") or ()}
        self._status: Json = found.get(self.container) or {}
        self._before: list[Json] = status.get("initContainerStatuses") or []
        self.ends = self._ends(self._status)

    @cached_property
    def exit(self) -> ReplicaExit | None:
        """How the function's container ended last."""
        return self._exit_of(self._status)

    @property
    def crash_loop(self) -> str:
        """One line while its container ends again and again."""
        if self.is_ready or self.ends < _A_LOOP or self.exit is None:
            return ""
        waiting = (self._status.get("state") or {}).get("waiting") or {}
        wait = _BACK_OFF.search(waiting.get("message", ""))
        then = f"next try within {wait['time']}" if wait else "trying now"
        return f"crash loop: restarted {self.ends} times, {then}, last: {self.exit.reason}"

    @property
    def trouble(self) -> Trouble:
        """What its ends say of it; it is hopeless at the second one."""
        if self.is_ready:
            return NONE
        for each in self._before:
            if not _is_done(each) and (found := self._exit_of(each)):
                words = f"before it starts, {each['name']}: {found.reason}"
                return Trouble(words, self._ends(each) >= _A_CRASH)
        return Trouble(self.exit.reason, self.ends >= _A_CRASH) if self.exit else NONE

    def _ends(self, status: Json) -> int:
        """How often a container ended; one that is to be started again has ended once more."""
        state, restarts = status.get("state") or {}, int(status.get("restartCount", 0))
        is_over = "terminated" in state and not self.is_ending
        return restarts + (is_over or (state.get("waiting") or {}).get("reason") == _CRASHED)

    def _exit_of(self, status: Json) -> ReplicaExit | None:
        end = None if self.is_ending else (status.get("state") or {}).get("terminated")
        end = end or (status.get("lastState") or {}).get("terminated")
        if not end:
            return None
        limits = (self._container.get("resources") or {}).get("limits") or {}
        return exit_of(
            end,
            self._name,
            self._address,
            memory=limits.get("memory", ""),
            was_ready=self._was_ready(end),
            folder=self._folder,
        )

    def _was_ready(self, end: Json) -> bool:
        """Whether it took calls when it ended, as far as its conditions say.

        It has not been ready since: then it became unready after that container had started.
        """
        since = self._ready.get("lastTransitionTime") or ""
        return self.is_ready or since > (end.get("startedAt") or "~")

    @property
    def _folder(self) -> Path | None:
        """Where the function's code is, if its Deployment says so."""
        env = {each["name"]: each.get("value", "") for each in self._container.get("env") or ()}
        return Path(env["HANDLER_DIR"]) if env.get("HANDLER_DIR") else None

    @property
    def _address(self) -> str:
        if not self._ip:
            return ""
        ports = {
            each.get("name", str(each["containerPort"])): each["containerPort"]
            for each in self._container.get("ports") or ()
        }
        first = next(iter(ports.values()), _HTTP_PORT)
        port = ports.get(_HTTP) or (_HTTP_PORT if _HTTP_PORT in ports.values() else first)
        return f"http://{f'[{self._ip}]' if ':' in self._ip else self._ip}:{port}"


def _is_done(status: Json) -> bool:
    """Whether an init container has done its work, or has not been tried."""
    state = status.get("state") or {}
    return (state.get("terminated") or {}).get("exitCode") == 0
