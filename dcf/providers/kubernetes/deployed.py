"""A function's Deployment as it is now, and changes of it that are not lost.

Every change is one write, refused if somebody else has changed it since it was read; then it is
read and decided on again. Several gateways need nothing else.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

from ...errors import AlreadyExists, NotFound
from . import names
from .api import ApiError, Json
from .objects import DEPLOYMENTS, SERVICES, Objects, is_conflict, is_taken
from .records import FunctionRecords
from .view import View

# Not only other gateways are faster: a Deployment's status changes with every pod.
_TRIES, _LONGEST_PAUSE = 30, 0.3
Decide = Callable[[Json, FunctionRecords], Awaitable[Json | None]]


class Deployed:
    """Deployments of functions."""

    def __init__(self, objects: Objects, view: View) -> None:
        """Asks nothing yet.

        Args:
            objects: The cluster's.
            view: What is known of them.
        """
        self._objects, self._view = objects, view

    async def get(self, name: str) -> Json:
        """A function's own; raises `NotFound`."""
        found = await self._objects.get(DEPLOYMENTS, name)
        if found is None or not _is_of(found, name):
            raise NotFound(f"no such function: {name}")
        return found

    async def create(self, name: str, body: Json) -> Json:
        """A new function's; raises `AlreadyExists`."""
        try:
            return await self._objects.create(DEPLOYMENTS, body)
        except ApiError as fault:
            if is_taken(fault):
                raise _exists(name) from fault
            raise

    async def change(self, name: str, decide: Decide) -> Json:
        """Write what is decided on of one and of what is known of it; again if it was late.

        Args:
            name: The function's.
            decide: Gives the Deployment as it is to be; None for as it is.
        """
        for left in reversed(range(_TRIES)):
            found = await self.get(name)
            await self._objects.seen(name, found)
            changed = await decide(found, self._view.of(name))
            if changed is None:
                return found
            try:
                return await self._objects.replace(DEPLOYMENTS, changed)
            except ApiError as fault:
                if not left or not is_conflict(fault):
                    raise
            await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 # not all at once
        raise AssertionError

    async def check_free(self, name: str) -> None:
        """Raise `AlreadyExists` if there is a function of that name, or something else is."""
        for kind, what in ((DEPLOYMENTS, "Deployment"), (SERVICES, "Service")):
            found = await self._objects.get(kind, name)
            if found is None:
                continue
            if not _is_of(found, name):
                raise AlreadyExists(
                    f"the cluster has a {what} {name} that is no function: call the function "
                    "otherwise"
                )
            if kind == DEPLOYMENTS:
                raise _exists(name)


def _is_of(found: Json, name: str) -> bool:
    return (found["metadata"].get("labels") or {}).get(names.FUNCTION) == name


def _exists(name: str) -> AlreadyExists:
    return AlreadyExists(f"function {name} already exists: update it instead")
