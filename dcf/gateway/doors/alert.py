"""The REST door's way for Alertmanager: replicas go up while an alert fires, and down after it."""

import math

from aiohttp import web

from ...errors import InvalidRequest, NotFound
from ...providers.placement import FunctionState
from ...scale_labels import PREFIX
from ..core import Gateway
from ..rest.converters import SCALE_MAX, SCALE_MIN, number_of
from ..rest.messages import Alert, Alerts
from ..rest.replies import failed, message_of

_FACTOR = (f"{PREFIX}factor",)


class AlertDoor:
    """Scales by alerts."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def alert(self, request: web.Request) -> web.Response:
        """POST /system/alert: every alert is handled, and the failures are reported together."""
        told = []
        for alert in (await message_of(request, Alerts)).alerts:
            try:
                await self._hear(alert)
            except (InvalidRequest, NotFound) as fault:
                told.append(fault)
        if told:
            unknown = all(isinstance(each, NotFound) for each in told)
            return failed(404 if unknown else 400, "; ".join(each.message for each in told))
        return web.Response()

    async def _hear(self, alert: Alert) -> None:
        status = await self._gateway.describe(alert.labels.function_name)
        wanted = replicas_after(alert.status, status, self._gateway.most_replicas)
        if wanted != status.replicas:
            await self._gateway.scale(status.spec.name, wanted)


def replicas_after(alert: str, status: FunctionState, ceiling: int) -> int:
    """How many replicas an alert asks for: a step of `max * factor / 100` more, or the least."""
    labels = status.spec.labels
    least, most = number_of(labels, SCALE_MIN, 1), number_of(labels, SCALE_MAX, 5)
    most = min(most, ceiling)
    if alert != "firing":
        return min(least, most)
    step = math.ceil(most * number_of(labels, _FACTOR, 10) / 100)
    return max(min(status.replicas + step, most), min(least, most))
