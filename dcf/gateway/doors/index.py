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
        """GET /: the routes as text; a browser is sent on to the page."""
        if "text/html" in request.headers.get("Accept", ""):
            return web.Response(status=302, headers={"Location": "ui/", "Vary": "Accept"})
        return web.Response(text=self._index, headers={"Vary": "Accept"})
