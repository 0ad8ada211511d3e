"""Puts the namespace in order now and then, in the gateway that leads.

A function that `kubectl apply` made has no Service: it gets one. Archives that no revision names
are deleted an hour after they were last asked for.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from ...archive import IMAGE_PREFIX
from ...attachment import ATTACHMENT_PREFIX
from ...errors import DcfError
from . import archives, names
from .manifests import service
from .objects import CONFIG_MAPS, DEPLOYMENTS, SERVICES
from .parts import Parts
from .records import DeploymentRecord
from .view import View

_EVERY_SECONDS = 15.0
_GRACE_SECONDS = 3600.0
_log = logging.getLogger(__name__)


class Sweeper:
    """Looks at what no event tells."""

    def __init__(self, parts: Parts, leads: Callable[[], bool]) -> None:
        """Does nothing before `run`.

        Args:
            parts: What it is made of.
            leads: Whether this gateway is the one that does it.
        """
        self._objects, self._view, self._leads = parts.objects, parts.view, leads

    async def run(self) -> None:
        """Sweep until it is cancelled."""
        while True:
            if self._leads():
                try:
                    await self.sweep()
                except DcfError as fault:
                    _log.info("sweeping waits: %s", fault)
                except Exception:  # pylint: disable=broad-exception-caught # the next one may do
                    _log.exception("sweeping failed")
            await asyncio.sleep(_EVERY_SECONDS)

    async def sweep(self) -> None:
        """Once."""
        await self._make_services()
        await self._delete_archives()

    async def _make_services(self) -> None:
        found = await self._objects.list(SERVICES, names.FUNCTION)
        there = {each["metadata"]["name"] for each in found}
        for record in [each for each in self._view.deployments if each.name not in there]:
            await self._make_service(record)

    async def _make_service(self, record: DeploymentRecord) -> None:
        """One that is missing; a Service of somebody else's that is called so stays."""
        deployed = await self._objects.get(DEPLOYMENTS, record.name)
        if deployed is None or deployed["metadata"].get("deletionTimestamp"):
            return
        if await self._objects.get(SERVICES, record.name) is not None:
            _log.warning("function %s has no Service: somebody else has its name", record.function)
            return
        await self._objects.ensure_service(service(deployed))

    async def _delete_archives(self) -> None:
        now = datetime.now(UTC)
        kept = set(contents(self._view))
        for each in await self._objects.list(CONFIG_MAPS, f"{names.KEPT}={archives.KEPT}"):
            name = each["metadata"]["name"]
            age = (now - archives.used_at(each)).total_seconds()
            if age > _GRACE_SECONDS and archives.digest_of(name) not in kept:
                await self._objects.delete(CONFIG_MAPS, name)
                _log.info("no revision names %s: it is deleted", name)


def contents(view: View) -> Iterator[str]:
    """Digests of all that a kept revision names."""
    specs = [each.spec for each in view.deployments]
    specs += [each.spec for each in view.replica_sets]
    specs += [past.spec for each in view.deployments for past in each.past]
    for spec in specs:
        for content in spec.contents:
            yield content.removeprefix(IMAGE_PREFIX).removeprefix(ATTACHMENT_PREFIX)
