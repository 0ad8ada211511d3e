"""The REST door's description of itself: an OpenAPI document for programs, a list for people."""

# ruff: noqa: ARG002 - a route's handler is given its request, wanted or not
# pylint: disable=unused-argument

from aiohttp import web


class IndexDoor:
    """Answers with texts made once, when the gateway started."""

    def __init__(self, document: bytes, index: str) -> None:
        self._document, self._index = document, index

    async def document(self, request: web.Request) -> web.Response:
        """GET /openapi.json."""
        return web.Response(body=self._document, content_type="application/json")

    async def index(self, request: web.Request) -> web.Response:
        """GET /: there is no page here, so the routes are listed as text."""
        return web.Response(text=self._index)
