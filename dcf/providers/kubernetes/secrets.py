"""Secrets: objects of the cluster with one value each, under a key of their own name.

Pods have them as files (`volumes.py`), which follow every change of a value. Functions may want
what others made, too; this provider lists, changes and deletes its own alone.
"""

import asyncio
import base64
from collections.abc import Collection, Sequence

from ...errors import AlreadyExists, InvalidRequest
from ..secret_rules import MAX_BYTES, check_size, check_there, check_unwanted, check_wanted, missing
from . import names
from .api import ApiError, Json
from .objects import DEPLOYMENTS, REPLICA_SETS, SECRETS, Objects, is_taken
from .reading import deployment_record, replica_set_record
from .volumes import is_registry_key

KEPT = "secret"
_SELECTOR = f"{names.KEPT}={KEPT}"
_ROOM = 10_000  # of the 1 MiB that an object may have, for the object itself
_NOT_FOR_FUNCTIONS = "kubernetes.io/service-account-token"


class ClusterSecrets:
    """Fills `SecretStore`."""

    def __init__(self, objects: Objects) -> None:
        """Keeps them in the cluster."""
        self._objects = objects

    async def names(self) -> Sequence[str]:
        """All that were made here, sorted."""
        return sorted(
            each["metadata"]["name"] for each in await self._objects.list(SECRETS, _SELECTOR)
        )

    async def put(self, name: str, value: bytes, replace: bool) -> None:
        """Keep a value; those who want the secret see it within a minute or so."""
        check_size(name, value, MAX_BYTES - _ROOM)
        if name != name.lower():
            raise InvalidRequest(
                f"secret {name}: in a cluster its name has no capitals: call it {name.lower()}"
            )
        body = _body(name, value)
        if not replace:
            try:
                await self._objects.create(SECRETS, body)
            except ApiError as fault:
                if not is_taken(fault):
                    raise
                await self._kept(name)  # or it is somebody else's
                check_there(name, is_here=True, replace=False)
            return
        check_there(name, await self._kept(name) is not None, replace=True)
        await self._objects.patch(SECRETS, name, {"data": body["data"]})

    async def delete(self, name: str) -> None:
        """Forget a secret."""
        found = await self._kept(name)
        if found is None:
            raise missing(name)
        check_unwanted(name, await self._wanting(name))
        await self._objects.delete(SECRETS, name)

    async def wanted(self, wanted: Collection[str]) -> frozenset[str]:
        """Those that are keys to a registry; raises `InvalidRequest` for one that is not there."""
        found = await asyncio.gather(*(self._objects.get(SECRETS, name) for name in wanted))
        here = {
            each["metadata"]["name"]: str(each.get("type", ""))
            for each in found
            if each is not None and each.get("type") != _NOT_FOR_FUNCTIONS
        }
        check_wanted(wanted, here)
        return frozenset(name for name in wanted if is_registry_key(name, here.get(name, "")))

    async def _kept(self, name: str) -> Json | None:
        """One that was made here, or None; raises `AlreadyExists` for somebody else's."""
        found = await self._objects.get(SECRETS, name)
        if found and (found["metadata"].get("labels") or {}).get(names.KEPT) != KEPT:
            raise AlreadyExists(
                f"secret {name} was made by somebody else: functions may want it, but only its "
                f"maker changes it (or label it {_SELECTOR})"
            )
        return found

    async def _wanting(self, name: str) -> str:
        """A function of which a revision that serves, or is on its way, wants it.

        The cluster is asked: another gateway may have deployed or deleted one a moment ago. Sets
        whose Deployment is gone are only waiting to be collected, and want nothing any more.
        """
        there: set[str] = set()
        for each in await self._objects.list(DEPLOYMENTS, names.FUNCTION):
            if record := deployment_record(each):
                if name in record.spec.secrets:
                    return record.function
                there.add(record.uid)
        for each in await self._objects.list(REPLICA_SETS, names.FUNCTION):
            found = replica_set_record(each)
            if found and found.replicas and name in found.spec.secrets and _owners(each) & there:
                return found.function
        return ""


def _owners(found: Json) -> set[str]:
    return {each["uid"] for each in found["metadata"].get("ownerReferences") or ()}


def _body(name: str, value: bytes) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": {names.KEPT: KEPT}},
        "type": "Opaque",
        "data": {name: base64.b64encode(value).decode()},
    }
