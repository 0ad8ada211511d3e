"""A function's canary or shadow: a Deployment and a Service beside its own."""

from ...errors import InvalidRequest
from . import names
from .api import ApiError, Json
from .manifests import deployment, owner_of, service
from .objects import DEPLOYMENTS, SERVICES, Objects, is_taken
from .revisions import Asked, Ground
from .view import View

_TRIES = 5
_ANY = 1 << 62


class Candidates:
    """Those of all functions; each goes when its function goes."""

    def __init__(self, objects: Objects, view: View, ground: Ground) -> None:
        """Makes nothing yet.

        Args:
            objects: The cluster's.
            view: What is known of them.
            ground: What all functions have.
        """
        self._objects, self._view, self._ground = objects, view, ground

    async def make(self, asked: Asked, owner: Json) -> None:
        """One with as many replicas as its function has."""
        body = deployment(asked, self._ground, names.CANDIDATE)
        body["metadata"]["ownerReferences"] = [owner_of(owner)]
        body["spec"]["replicas"] = owner["spec"]["replicas"]
        for left in reversed(range(_TRIES)):
            try:
                made = await self._objects.create(DEPLOYMENTS, body)
                break
            except ApiError as fault:
                if not left or not is_taken(fault):
                    raise
                await self._objects.delete(DEPLOYMENTS, body["metadata"]["name"])
        await self._objects.ensure_service(service(made))
        await self._objects.seen(asked.spec.name, made)

    async def get(self, function: str) -> Json:
        """Its Deployment; raises `InvalidRequest` where it is gone."""
        found = await self._objects.get(DEPLOYMENTS, names.candidate(function))
        if found is None:
            raise InvalidRequest(f"{function} has no canary or shadow now")
        return found

    async def scale(self, function: str, replicas: int) -> None:
        """Want so many replicas of one, where there is one."""
        found = self._view.track(function, names.CANDIDATE)
        if found is not None:
            wanted = {"spec": {"replicas": replicas}}
            await self._objects.patch(DEPLOYMENTS, found.name, wanted, "/scale")

    async def delete(self, function: str, before: int = _ANY) -> None:
        """Delete one, if there is one and its number is lower; its replicas finish their calls."""
        found = self._view.track(function, names.CANDIDATE)
        if found is not None and found.revision < before:
            await self._objects.delete(SERVICES, found.name)
            await self._objects.delete(DEPLOYMENTS, found.name)
            await self._objects.unseen(function, found.name, found.uid)
