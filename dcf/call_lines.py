"""Chooses the lines of a log that belong to one call.

A line belongs to a call if it names the call's id. The lines of a trace do not, and are indented
below the one that does: they go with it.
"""

import re


class CallLines:
    """The lines of one call, among those of all replicas in the order they were written.

    Args:
        call: The call's id.
        begins_within: Whether indented lines that come first are the call's own: a gateway may have
            cut off what stood above them.
    """

    def __init__(self, call: str, *, begins_within: bool = False) -> None:
        self._names_it = re.compile(rf"(?<![\w-]){re.escape(call)}(?![\w-])")
        self._begins_within = begins_within
        self._within: dict[str, bool] = {}

    def has(self, instance: str, text: str) -> bool:
        """Whether the next line of a replica belongs to the call."""
        if not text[:1].isspace():
            self._within[instance] = bool(self._names_it.search(text))
        return self._within.get(instance, self._begins_within)
