"""The REST door's way for code and attachments: a tar is put under the SHA-256 of its bytes."""

from aiohttp import web

from ...archive import is_digest
from ...errors import ArchiveError
from ..core import Gateway


class ArchivesDoor:
    """Takes code and attachments: one store keeps both."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def has(self, request: web.Request) -> web.Response:
        """HEAD /system/archives/SHA256, and /system/attachments/SHA256."""
        digest = request.match_info["digest"]
        here = is_digest(digest) and await self._gateway.has_archive(digest)
        return web.Response(status=200 if here else 404)

    async def put(self, request: web.Request) -> web.Response:
        """PUT /system/archives/SHA256, and /system/attachments/SHA256."""
        digest = request.match_info["digest"]
        if not is_digest(digest):
            raise ArchiveError(
                f"archive name {digest!r} is not a sha256 as 64 lower-case hex digits"
            )
        if not request.body_exists:
            raise ArchiveError("the body is empty: send the archive")
        await self._gateway.put_archive(digest, request.content.iter_any())
        return web.Response(status=201)
