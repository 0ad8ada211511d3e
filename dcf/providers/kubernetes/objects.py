"""The objects that the provider writes, by kind and name; the view shows them afterwards."""

import asyncio
import contextlib
from collections.abc import Iterator

from ...errors import InvalidRequest, NotFound
from . import names
from .api import Api, ApiError, Json
from .records import FunctionRecords
from .view import View

DEPLOYMENTS, REPLICA_SETS = "apps/v1/deployments", "apps/v1/replicasets"
SERVICES, SECRETS, CONFIG_MAPS = "v1/services", "v1/secrets", "v1/configmaps"
_GONE, _NOT_TAKEN = 404, (400, 422)
_SEEN_SECONDS, _TRIES = 3.0, 5


class Objects:
    """Objects of the namespace that functions are in."""

    def __init__(self, api: Api, view: View) -> None:
        """Asks nothing yet.

        Args:
            api: Whom to ask.
            view: Shows, a little later, what was written.
        """
        self._api, self._view = api, view

    def path(self, kind: str, name: str = "") -> str:
        """Where a kind, such as `apps/v1/deployments`, or one object of it is."""
        group, _, plural = kind.rpartition("/")
        root = "/apis" if "/" in group else "/api"
        return f"{root}/{group}/namespaces/{self._api.namespace}/{plural}" + (
            f"/{name}" if name else ""
        )

    async def get(self, kind: str, name: str) -> Json | None:
        """One; None if it is not there."""
        try:
            return await self._api.get(self.path(kind, name))
        except ApiError as fault:
            if fault.status == _GONE:
                return None
            raise

    async def list(self, kind: str, labels: str, **query: str) -> list[Json]:
        """Those with labels, such as `dcf.kept=secret`."""
        found = await self._api.get(self.path(kind), labelSelector=labels, **query)
        return list(found.get("items") or ())

    async def create(self, kind: str, body: Json) -> Json:
        """A new one; raises `InvalidRequest` if the cluster does not take it."""
        with _taken():
            return await self._api.create(self.path(kind), body)

    async def replace(self, kind: str, body: Json) -> Json:
        """One that has its `resourceVersion`; raises `ApiError` (see `is_conflict`)."""
        with _taken():
            return await self._api.replace(self.path(kind, body["metadata"]["name"]), body)

    async def patch(self, kind: str, name: str, body: Json, part: str = "") -> Json:
        """Change some of one, or of a part of it, such as `/scale`."""
        with _taken():
            return await self._api.patch(self.path(kind, name) + part, body)

    async def delete(self, kind: str, name: str) -> None:
        """Delete one, and what it owns; what is not there is no error."""
        await self._api.delete(self.path(kind, name))

    async def ensure_service(self, body: Json) -> None:
        """A Service as it is to be; one that is left of a function before it is replaced."""
        name = body["metadata"]["name"]
        for _ in range(_TRIES):
            try:
                await self.create(SERVICES, body)
            except ApiError as fault:
                if not is_taken(fault):
                    raise
            else:
                return
            found = await self.get(SERVICES, name)
            if found and found["metadata"].get("ownerReferences") == body["metadata"].get(
                "ownerReferences"
            ):
                return
            await self.delete(SERVICES, name)

    async def replica_set_of(self, records: FunctionRecords, number: int) -> Json:
        """The ReplicaSet of a revision; raises `NotFound`."""
        for each in records.sets:
            if each.track == names.STABLE and each.revision == number:
                found = await self.get(REPLICA_SETS, each.name)
                if found is not None:
                    return found
        raise NotFound(f"function {records.stable.function} has no ReplicaSet of {number} any more")

    async def seen(self, function: str, written: Json) -> None:
        """Wait until the view shows this form of a Deployment, or a later one; not for ever."""
        name, version = written["metadata"]["name"], written["metadata"]["resourceVersion"]
        deadline = asyncio.get_running_loop().time() + _SEEN_SECONDS

        def is_shown() -> bool:
            found = self._view.deployments.get(name)
            return found is not None and _is_as_new(found.version, version)

        while not is_shown() and await self._view.changed(function, deadline):
            pass

    async def unseen(self, function: str, name: str, uid: str) -> None:
        """Wait until the view does not show a Deployment any more; not for ever."""
        deadline = asyncio.get_running_loop().time() + _SEEN_SECONDS

        def is_shown() -> bool:
            found = self._view.deployments.get(name)
            return found is not None and found.uid == uid

        while is_shown() and await self._view.changed(function, deadline):
            pass


def is_conflict(fault: ApiError) -> bool:
    """Whether somebody else has changed the object meanwhile."""
    return fault.reason == "Conflict"


def is_taken(fault: ApiError) -> bool:
    """Whether there is an object of that name."""
    return fault.reason == "AlreadyExists"


def _is_as_new(version: str, wanted: str) -> bool:
    """Versions are numbers that grow, in every API server there is, and so guaranteed from 1.35."""
    return int(version) >= int(wanted) if version.isdigit() and wanted.isdigit() else True


@contextlib.contextmanager
def _taken() -> Iterator[None]:
    """What the cluster does not take as it is was asked for wrongly."""
    try:
        yield
    except ApiError as fault:
        if fault.status in _NOT_TAKEN:
            raise InvalidRequest(fault.message) from fault
        raise
