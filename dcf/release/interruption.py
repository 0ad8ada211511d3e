"""Ctrl-C while a person waits: what was asked of the gateway goes on, and that has to be said."""

from types import TracebackType

from ..client import DEFAULT_ADDRESS
from ..client.base import Function, GatewayClient
from ..client.rollout import rollout_of
from ..terminal.printing import write_note


class Interruption:
    """Around waiting for a function's newest revision.

    Attributes:
        found: What the gateway told of the function last; None before it told anything.
    """

    def __init__(self, client: GatewayClient, name: str) -> None:
        self._client, self._name = client, name
        self.found: Function | None = None

    def __enter__(self) -> "Interruption":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            for line in self._words():
                write_note(line)

    def _words(self) -> list[str]:
        verb, name = "dcf function", self._name
        place = "" if self._client.address == DEFAULT_ADDRESS else f" -g {self._client.address}"
        rollout = rollout_of(self.found) if self.found else None
        far = f" ({rollout.steps})" if rollout and rollout.wanted else ""
        lines = [
            f"Interrupted: the gateway goes on with {name}{far}.",
            f"  watch it: {verb} history {name}{place}; {verb} log {name} --follow{place}",
        ]
        if rollout and rollout.newest and not rollout.serving:
            lines.append(f"  undo it:  {verb} delete {name}{place}")
        elif rollout and rollout.newest != rollout.serving:
            lines.append(f"  undo it:  {verb} rollback {name} {rollout.serving}{place}")
        return lines
