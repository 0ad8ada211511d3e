"""What the rollout machine has done for it: a port for processes, pods, or a test's script.

Every method returns at once and calls nothing back before it has returned. What comes of it reaches
the machine later, as an event of the name given here.
"""

from typing import Protocol


class Effects(Protocol):
    """Revisions go by their number, replicas by the revision's number and their own."""

    def prepare(self, number: int) -> None:
        """Make ready what replicas are started from; then `prepared` or `not_prepared`."""

    def give_up(self, number: int) -> None:
        """Stop preparing; what had been prepared by then is still told by `prepared`."""

    def start(self, number: int, member: int) -> None:
        """Start a replica and keep it alive; then `ready`, `lost`, `failed`, as often as it is."""

    def stop(self, number: int, member: int) -> None:
        """Drain and end a replica; then `ended`, once."""

    def discard(self, number: int) -> None:
        """Take back what was prepared: no replica of it is left."""

    def keep(self, number: int) -> None:
        """Write down which revision serves, and its `judgement`; then `kept` or `not_kept`."""

    def note_end(self, number: int, outcome: str, reason: str) -> None:
        """Write down why a revision does not serve: it failed or ended; nothing comes of it."""

    def wake(self, at: float) -> None:
        """Send `woken` at that time of the machine's clock."""
