"""What a gateway does with a function while a person waits: installing, above all."""

from collections.abc import Callable

from ..client.base import GatewayClient, LogLine, LogRequest
from ..errors import DcfError

_NEWEST = 200


class RolloutProgress:
    """Tells the lines that the gateway itself, not a replica, adds to a function's log.

    Args:
        client: Of the gateway.
        name: The function's.
        tell: Takes a line; without it nothing is asked and nothing told.
    """

    def __init__(
        self, client: GatewayClient, name: str, tell: Callable[[str], None] | None
    ) -> None:
        self._client, self._name, self._tell = client, name, tell
        self._told: set[LogLine] = set(self._lines()) if tell else set()

    def go_on(self) -> None:
        """Tell what is new since the last time, or since this was made."""
        if self._tell is None:
            return
        for line in self._lines():
            if line not in self._told:
                self._told.add(line)
                self._tell(f"  {line.text}")

    def _lines(self) -> list[LogLine]:
        try:
            lines = list(self._client.logs(LogRequest(self._name, tail=_NEWEST)))
        except DcfError:  # no such function yet, or a gateway without logs: no reason to fail
            return []
        return [line for line in lines if line.instance == self._name]
