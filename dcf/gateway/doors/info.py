"""The REST door's way to the gateway as a whole: who it is, how it is, what it knows of itself."""

# ruff: noqa: ARG002 - a route's handler is given its request, wanted or not
# pylint: disable=unused-argument

import platform

from aiohttp import web

from ... import __version__
from ..core import Gateway
from ..names import NAMESPACE
from ..rest.messages import Info, Namespace, ProviderInfo, Telemetry, Version
from ..rest.replies import failed, json_reply
from ..telemetry.exposition import MEDIA
from .metrics_page import MetricsPage

NO_NAMESPACES = "Feature not implemented in this version of OpenFaaS"


class PlatformDoor:
    """Answers what is asked of the gateway itself."""

    def __init__(self, gateway: Gateway, page: MetricsPage) -> None:
        self._gateway, self._page = gateway, page

    async def info(self, request: web.Request) -> web.Response:
        """GET /system/info."""
        version, kind = Version("", __version__), self._gateway.kind
        provider = ProviderInfo(f"dcf-{kind}", version, kind)
        capabilities = list(self._gateway.capabilities)
        isolation = self._gateway.isolation
        return json_reply(Info(provider, version, platform.machine(), capabilities, isolation))

    async def telemetry(self, request: web.Request) -> web.Response:
        """GET /system/telemetry."""
        found = await self._gateway.functions()
        return json_reply(
            Telemetry(
                len(found),
                sum(each.replicas for each in found),
                sum(each.available for each in found),
                sum(self._gateway.invocation_counts[each.spec.name] for each in found),
            )
        )

    async def namespaces(self, request: web.Request) -> web.Response:
        """GET /system/namespaces."""
        return json_reply([NAMESPACE])

    async def describe_namespace(self, request: web.Request) -> web.Response:
        """GET /system/namespace/NAME."""
        name = request.match_info["name"]
        if name != NAMESPACE:
            return failed(404, f"no such namespace: {name[:63]}; there is {NAMESPACE}")
        return json_reply(Namespace(NAMESPACE))

    async def namespace(self, request: web.Request) -> web.Response:
        """/system/namespace/NAME: there is one namespace, and it stays as it is."""
        return failed(501, NO_NAMESPACES)

    async def healthz(self, request: web.Request) -> web.Response:
        """GET /healthz."""
        return web.Response(text="OK")

    async def metrics(self, request: web.Request) -> web.Response:
        """GET /metrics."""
        return web.Response(body=await self._page.text(), headers={"Content-Type": MEDIA})
