"""The REST door's way to secrets: names come back, values never do."""

from aiohttp import web

from ...errors import InvalidRequest, NotFound
from ..core import Gateway
from ..names import NAMESPACE
from ..rest.converters import is_ours, value_of
from ..rest.messages import SecretNamed, SecretValue
from ..rest.replies import accepted, json_reply, message_of


class SecretsDoor:
    """Takes what is asked about secrets."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def names(self, request: web.Request) -> web.Response:
        """GET /system/secrets."""
        if not is_ours(request.query.get("namespace")):
            return json_reply([])
        found = await self._gateway.secrets()
        return json_reply([SecretNamed(each, NAMESPACE) for each in found])

    async def create(self, request: web.Request) -> web.Response:
        """POST /system/secrets."""
        return await self._put(request, replace=False)

    async def update(self, request: web.Request) -> web.Response:
        """PUT /system/secrets."""
        return await self._put(request, replace=True)

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /system/secrets."""
        asked = await message_of(request, SecretNamed)
        if not is_ours(asked.namespace):
            raise NotFound(f"no such secret: {asked.name} in namespace {asked.namespace}")
        await self._gateway.delete_secret(asked.name)
        return accepted()

    async def _put(self, request: web.Request, *, replace: bool) -> web.Response:
        asked = await message_of(request, SecretValue)
        if not is_ours(asked.namespace):
            raise InvalidRequest(
                f"namespace {asked.namespace!r} is not here, only {NAMESPACE}: leave it out"
            )
        await self._gateway.put_secret(asked.name, value_of(asked), replace)
        return accepted()
