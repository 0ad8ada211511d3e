"""The numbered revisions of one function: what was asked for, when, by whom, and what became of it.

Kept in the store at every change; in memory for who asks.
"""

from collections.abc import Sequence
from dataclasses import replace

from dcf.errors import InvalidRequest, NotFound
from dcf.providers.base import FAILED, PROGRESSING, READY, FunctionSpec, RevisionInfo
from dcf.providers.logs import now
from dcf.providers.store import Record, Store


class History:
    """One function's record and revisions."""

    def __init__(self, store: Store, record: Record) -> None:
        self._store, self.record = store, record
        self._is_forgotten = False
        self._revisions = store.revisions(record.name)

    @property
    def newest(self) -> RevisionInfo:
        """What was asked for last."""
        return self._revisions[0]

    @property
    def serving(self) -> RevisionInfo | None:
        """The revision that took over last, or None before any did."""
        return self._numbered(self.record.serving)

    def infos(self) -> Sequence[RevisionInfo]:
        """All that is kept, newest first."""
        return [
            replace(each, serving=each.number == self.record.serving) for each in self._revisions
        ]

    def images(self) -> set[str]:
        """The code that is still named."""
        return {each.spec.image for each in self._revisions}

    def find(self, number: int | None) -> FunctionSpec:
        """What to go back to.

        Args:
            number: A revision; None for the newest one before the serving one that became ready
                and was something else.

        Raises:
            NotFound: There is no such revision, or it is no longer kept.
            InvalidRequest: There is nothing to go back to.
        """
        name, serving = self.record.name, self.serving
        if number is not None:
            found = self._numbered(number)
            if found is None:
                raise NotFound(
                    f"function {name} has no revision {number}: `dcf function history {name}` "
                    "shows those that are kept"
                )
            return found.spec
        for each in self._revisions:
            if (
                serving is not None
                and each.number < serving.number
                and each.rollout == READY
                and each.spec != serving.spec
            ):
                return each.spec
        raise InvalidRequest(f"function {name} has no earlier revision to go back to")

    def add(self, spec: FunctionSpec, by: str) -> RevisionInfo:
        """Begin a revision; one that was still on its way is marked as given up for it."""
        changed = []
        number = 1
        if self._revisions:
            number = self.newest.number + 1
            if self.newest.rollout == PROGRESSING:
                reason = f"given up for revision {number} before it was ready"
                changed.append(replace(self.newest, rollout=FAILED, reason=reason))
        new = RevisionInfo(number, spec, now(), by)
        self._keep(self.record, *changed, new)
        return new

    def failed(self, number: int, reason: str) -> None:
        """Note why a revision is not ready; one that once was stays `ready`."""
        found = self._numbered(number)
        if found is not None and found.rollout != READY:
            self._keep(self.record, replace(found, rollout=FAILED, reason=reason))

    def took_over(self, info: RevisionInfo, replicas: int) -> None:
        """Note that a revision became ready and serves, with so many replicas."""
        record = replace(self.record, serving=info.number, replicas=replicas)
        self._keep(record, replace(info, rollout=READY, reason=""))

    def scale(self, replicas: int) -> None:
        """Note how many replicas are wanted."""
        self._keep(replace(self.record, replicas=replicas))

    def forget(self) -> None:
        """Remove it from the store; what is noted afterwards stays out of it."""
        self._store.remove(self.record.name)
        self._is_forgotten = True

    def _numbered(self, number: int) -> RevisionInfo | None:
        return next((each for each in self._revisions if each.number == number), None)

    def _keep(self, record: Record, *changed: RevisionInfo) -> None:
        if self._is_forgotten:
            return
        self._store.put(record, *changed)
        self.record = record
        self._revisions = self._store.revisions(record.name)
