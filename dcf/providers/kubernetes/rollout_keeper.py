"""Carries rollouts on, in the gateway that leads: results, going back, the end of candidates."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Set
from functools import partial
from typing import Any

from ...errors import DcfError, NotFound
from ..placement import FAILED
from . import changes, names
from .api import ApiError, Json
from .cache import Change
from .objects import DEPLOYMENTS, REPLICA_SETS, is_conflict
from .parts import Parts
from .records import FunctionRecords
from .rollout_steps import Fail, GoBack, Mark, Remove, Step, steps
from .routing import Table

_AT_ONCE = 8
_PAUSE_SECONDS = 2.0
_log = logging.getLogger(__name__)


class RolloutKeeper:
    """Looks at a function whenever something of it is another."""

    def __init__(self, parts: Parts, leads: Callable[[], bool]) -> None:
        """Follows the view; does nothing before `run`.

        Args:
            parts: What it is made of.
            leads: Whether this gateway is the one that does it.
        """
        self._objects, self._view, self._candidates = parts.objects, parts.view, parts.candidates
        self._leads, self._waiting, self._news = leads, set[str](), asyncio.Event()
        self._acts: dict[type[Step], Callable[[FunctionRecords, Any], Any]] = {
            Mark: self._mark,
            GoBack: self._go_back,
            Fail: self._fail,
            Remove: self._remove,
        }
        self._view.listen(self._changed)

    def look_at_all(self) -> None:
        """This gateway leads from now on: nobody may have looked for a while."""
        self._waiting.update(self._view.functions())
        self._news.set()

    async def run(self) -> None:
        """Keep rollouts going until it is cancelled."""
        turns = asyncio.Semaphore(_AT_ONCE)
        while True:
            await self._news.wait()
            self._news.clear()
            names_now, self._waiting = self._waiting, set()
            if self._leads():
                await asyncio.gather(*(self._look(name, turns) for name in names_now))

    def _changed(self, change: Change[Any]) -> None:
        known = change.after if change.after is not None else change.before
        if not self._leads():
            return
        owners: Iterable[str] = change.owners
        if isinstance(known, tuple):  # addresses, by Service; a Deployment has the same name
            found = filter(None, map(self._view.deployments.get, owners))
            owners = [each.function for each in found]
        self._waiting.update(owners)
        self._news.set()

    def _called(self, records: FunctionRecords) -> Set[int]:
        """The revisions that this gateway's calls go to, but for a candidate that is judged.

        With 0 for what may be no replica of the function any more.
        """
        table = Table(self._view, records.stable, None)
        return {each.revision if table.is_settled else 0 for each in table.targets}

    async def _look(self, name: str, turns: asyncio.Semaphore) -> None:
        async with turns:
            try:
                records = self._view.of(name)
                for step in steps(records, self._called(records)):
                    await self._acts[type(step)](records, step)
            except NotFound:
                return
            except DcfError as fault:
                # What was changed meanwhile comes back as an event.
                if not isinstance(fault, ApiError) or not is_conflict(fault):
                    _log.warning("the rollout of %s waits: %s", name, fault)
                self._later(name)
            except Exception:  # pylint: disable=broad-exception-caught # others' rollouts go on
                _log.exception("the rollout of %s waits", name)
                self._later(name)

    def _later(self, name: str) -> None:
        def again() -> None:
            self._waiting.add(name)
            self._news.set()

        asyncio.get_running_loop().call_later(_PAUSE_SECONDS, again)

    async def _mark(self, _records: FunctionRecords, step: Mark) -> None:
        reason = step.reason or await self._verdict(step.replica_set)
        told = {names.RESULT: step.result, names.REASON: reason or None}
        await self._objects.patch(
            REPLICA_SETS, step.replica_set, {"metadata": {"annotations": told}}
        )

    async def _verdict(self, replica_set: str) -> str:
        """Why it was kept, where it was a candidate."""
        found = await self._objects.get(REPLICA_SETS, replica_set)
        if found is None:
            raise NotFound(f"no such ReplicaSet: {replica_set}")
        meta = found["spec"]["template"].get("metadata") or {}
        return str((meta.get("annotations") or {}).get(names.VERDICT, ""))

    async def _go_back(self, records: FunctionRecords, step: GoBack) -> None:
        serving = await self._objects.replica_set_of(records, step.serving)
        is_failed = partial(_has, number=step.failed)
        await self._write(records, is_failed, lambda found: changes.gone_back(found, serving))

    async def _fail(self, records: FunctionRecords, step: Fail) -> None:
        candidate = records.candidate
        if candidate is None:
            return
        info = changes.info_of(candidate)

        def is_beside(found: Json) -> bool:
            return not _has(found, step.number)

        await self._write(
            records, is_beside, lambda found: changes.ended(found, info, FAILED, step.reason)
        )
        await self._remove(records, Remove(step.number))

    async def _remove(self, records: FunctionRecords, step: Remove) -> None:
        await self._candidates.delete(records.stable.function, step.number + 1)

    async def _write(
        self,
        records: FunctionRecords,
        is_so: Callable[[Json], bool],
        change: Callable[[Json], Json],
    ) -> None:
        """Change a Deployment, if it still is as it was decided on."""
        name = records.stable.name
        found = await self._objects.get(DEPLOYMENTS, name)
        if found is not None and is_so(found):
            written = await self._objects.replace(DEPLOYMENTS, change(found))
            await self._objects.seen(records.stable.function, written)


def _has(found: Json, number: int) -> bool:
    """Whether that revision is in the template."""
    return changes.revision_of(found) == number
