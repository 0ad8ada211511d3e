"""The numbered revisions of one function: what was asked for, when, by whom, and what became of it.

Kept in the store at every change, one change after the other; in memory for reading.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from ...errors import NotFound
from ..going_back import earlier_spec, spec_of_revision
from ..placement import FAILED, PROGRESSING, READY, FunctionSpec, RevisionInfo
from ..stamp import now
from .store import Record, Store


class History:
    """One function's record and revisions.

    Attributes:
        record: What is kept beside them.
    """

    def __init__(
        self, store: Store, record: Record, revisions: Sequence[RevisionInfo] = ()
    ) -> None:
        self._store, self.record = store, record
        self._is_forgotten = False
        self._revisions = revisions
        self._writing = asyncio.Lock()

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

    def contents(self) -> set[str]:
        """What is stored by digest and still named."""
        return {content for each in self._revisions for content in each.spec.contents}

    def find(self, number: int | None) -> FunctionSpec:
        """What to go back to.

        Args:
            number: A revision; None for the newest one before the serving one that became ready
                and was something else.

        Raises:
            NotFound: There is no such revision, or it is no longer kept.
            InvalidRequest: There is nothing to go back to.
        """
        if number is None:
            return earlier_spec(self.record.name, self.infos())
        return spec_of_revision(self.record.name, self._revisions, number)

    async def add(self, spec: FunctionSpec, by: str) -> RevisionInfo:
        """Begin a revision; one that was still on its way is marked as given up for it.

        Raises:
            NotFound: The function was deleted meanwhile.
            StorageFailed: It cannot be written.
        """
        async with self._writing:
            if self._is_forgotten:
                raise NotFound(f"no such function: {self.record.name}")
            changed = []
            number = 1
            if self._revisions:
                number = self.newest.number + 1
                if self.newest.rollout == PROGRESSING:
                    reason = f"given up for revision {number} before it took over"
                    changed.append(replace(self.newest, rollout=FAILED, reason=reason))
            new = RevisionInfo(number, spec, now(), by)
            await self._keep(self.record, *changed, new)
            return new

    async def failed(self, number: int, reason: str, outcome: str = FAILED) -> None:
        """Note why a revision does not serve; one that once did stays `ready`."""
        async with self._writing:
            found = self._numbered(number)
            if found is not None and found.rollout != READY:
                await self._keep(self.record, replace(found, rollout=outcome, reason=reason))

    async def took_over(self, number: int, replicas: Callable[[], int], reason: str = "") -> None:
        """Note that a revision serves, with as many replicas as it has by then, and a verdict."""
        async with self._writing:
            record = replace(self.record, serving=number, replicas=replicas())
            found = [each for each in self._revisions if each.number == number]
            changed = (replace(each, rollout=READY, reason=reason) for each in found)
            await self._keep(record, *changed)

    async def scale(self, replicas: int) -> None:
        """Note how many replicas are wanted."""
        async with self._writing:
            await self._keep(replace(self.record, replicas=replicas))

    async def forget(self) -> None:
        """Remove it from the store; what is noted afterwards stays out of it."""
        async with self._writing:
            await self._store.remove(self.record.name)
            self._is_forgotten = True

    def _numbered(self, number: int) -> RevisionInfo | None:
        return next((each for each in self._revisions if each.number == number), None)

    async def _keep(self, record: Record, *changed: RevisionInfo) -> None:
        if not self._is_forgotten:
            self._revisions = await self._store.put(record, *changed)
            self.record = record
