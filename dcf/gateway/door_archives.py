"""The REST door's way for code: an archive is put under the SHA-256 of its bytes."""

from aiohttp import web

from dcf.gateway.core import Gateway


class ArchivesDoor:
    """Takes code."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def has(self, request: web.Request) -> web.Response:
        """HEAD /system/archives/SHA256."""
        here = await self._gateway.provider.has_archive(request.match_info["digest"])
        return web.Response(status=200 if here else 404)

    async def put(self, request: web.Request) -> web.Response:
        """PUT /system/archives/SHA256."""
        await self._gateway.provider.put_archive(
            request.match_info["digest"], request.content.iter_any()
        )
        return web.Response(status=201)
