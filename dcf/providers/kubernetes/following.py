"""Keeps a cache like the cluster: one list, then one watch, taken up again for as long as it takes.

While the API server is away the cache stays as it was.
https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import aclosing
from typing import Generic, TypeVar

from .api import Api, ApiError
from .cache import Cache, Change

_PAGE = 500  # objects; decoding more would hold up calls
_FIRST_PAUSE, _LONGEST_PAUSE, _STEADY_SECONDS = 0.5, 10.0, 5.0
_TOO_OLD = 410
_FAULTS_UNTIL_LIST = 5
Record = TypeVar("Record")
_log = logging.getLogger(__name__)


class Following(Generic[Record]):
    """One collection of objects."""

    def __init__(
        self,
        api: Api,
        path: str,
        cache: Cache[Record],
        changed: Callable[[Change[Record]], None],
        labels: str = "",
        fields: str = "",
    ) -> None:
        """Asks nothing yet.

        Args:
            api: Whom to ask.
            path: The collection's.
            cache: Takes what is there.
            changed: Told of each change, once it is in the cache.
            labels: A label selector; empty for all objects.
            fields: A field selector; likewise.
        """
        self._api, self._path, self._cache, self._changed = api, path, cache, changed
        selectors = {"labelSelector": labels, "fieldSelector": fields}
        self._query = {key: text for key, text in selectors.items() if text}
        self._faults = 0

    async def list(self) -> None:
        """Take what is there now; raises `ApiError`."""
        query = {**self._query, "limit": str(_PAGE)}
        page = await self._api.get(self._path, **query)
        records = self._cache.read(page.get("items") or ())
        version = page["metadata"]["resourceVersion"]
        while more := page["metadata"].get("continue"):
            page = await self._api.get(self._path, **query, **{"continue": more})
            records |= self._cache.read(page.get("items") or ())
        for change in self._cache.listed(records, version):
            self._changed(change)

    async def run(self) -> None:
        """Follow until it is cancelled; `list` must have succeeded once."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                if not self._cache.version:
                    await self.list()
                await self._watch()
            except ApiError as fault:
                self._lost(fault)
            except Exception:  # pylint: disable=broad-exception-caught # a list may mend it
                _log.exception("the watch on %s ended", self._path)
                self._faults, self._cache.version = self._faults + 1, ""
            if loop.time() - began > _STEADY_SECONDS:
                self._faults = min(self._faults, 1)
            await asyncio.sleep(self._pause())

    async def _watch(self) -> None:
        async with aclosing(
            self._api.watch(self._path, self._cache.version, **self._query)
        ) as events:
            async for event in events:
                if self._faults:
                    _log.info("the watch on %s goes on", self._path)
                self._faults = 0
                change = self._cache.event(event)
                if change is not None:
                    self._changed(change)

    def _lost(self, fault: ApiError) -> None:
        """List again where events are missing, or the server will not have it otherwise."""
        self._faults += 1
        if self._faults == 1 and fault.status != _TOO_OLD:
            _log.warning("the watch on %s is lost, calls go on: %s", self._path, fault)
        refused = fault.status and self._faults >= _FAULTS_UNTIL_LIST
        if fault.status == _TOO_OLD or refused:
            self._cache.version = ""

    def _pause(self) -> float:
        """Longer and longer, and never the same for all who wait for one server."""
        longest = min(_FIRST_PAUSE * 2 ** max(self._faults - 1, 0), _LONGEST_PAUSE)
        return longest * random.uniform(0.5, 1) if self._faults else 0.05  # noqa: S311
