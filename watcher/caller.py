"""Who waits for an answer: a door says when they have left, the runner when their body is free."""

import threading
from collections.abc import Callable
from typing import Protocol


class CountedBody(Protocol):
    """What a call's body has of the memory for bodies (`web/body_budget.py`)."""

    def hold(self) -> None:
        """One more has the body in use."""

    def let_go(self) -> None:
        """One of the holders has it no longer."""


class Caller:
    """One caller of one call."""

    __slots__ = ("_action", "_has_left", "_lock", "_share")

    def __init__(self, share: CountedBody | None = None) -> None:
        """Takes what their body has of the memory for bodies, if that is counted."""
        self._share = share
        self._has_left = False
        self._action: Callable[[], None] | None = None
        self._lock = threading.Lock()

    @property
    def has_left(self) -> bool:
        """Whether the caller waits no longer."""
        return self._has_left

    def leave(self) -> None:
        """The caller waits no longer; any thread may say so, more than once."""
        with self._lock:
            self._has_left = True
            action, self._action = self._action, None
        if action:
            action()

    def on_leave(self, action: Callable[[], None]) -> None:
        """Names what to do when the caller leaves; done at once if they have.

        Args:
            action: called once, from whichever thread notices.
        """
        with self._lock:
            if not self._has_left:
                self._action = action
                return
        action()

    def begin(self) -> None:
        """The call was admitted: its body is in use."""
        if self._share:
            self._share.hold()

    def end(self) -> None:
        """The call has ended or never will run: nothing holds its body any more."""
        with self._lock:
            self._action = None  # it knows the call, and the call its body
        if self._share:
            self._share.let_go()
