"""The REST door of the page: its files, and the routes that only the page uses."""

# ruff: noqa: ARG002 - a route's handler is given its request, wanted or not
# pylint: disable=unused-argument

from aiohttp import web

from ...errors import InvalidRequest
from ..core import Gateway
from ..names import plain_name
from ..rest.replies import failed, json_reply
from .history import STEP, STEPS, History
from .messages import HistoryTold, Series
from .static_files import StaticFiles

_LONGEST = STEP * STEPS
_SECONDS_OF_ALL = 600
_POINTS_OF_ALL = 60


class PageDoor:
    """Answers the page of one gateway."""

    def __init__(self, gateway: Gateway, history: History, files: StaticFiles) -> None:
        self._gateway, self._history, self._files = gateway, history, files

    async def index(self, request: web.Request) -> web.Response:
        """GET /ui: links in the page are relative to /ui/."""
        return web.Response(status=308, headers={"Location": "ui/"})

    async def file(self, request: web.Request) -> web.Response:
        """GET /ui/FILE."""
        found = self._files.find(
            request.match_info["file"], request.headers.get("Accept-Encoding", "")
        )
        if found is None:
            return failed(404, "the page has no such file")
        known = {each.value for each in request.if_none_match or ()}
        if known & {found.tag.strip('"'), "*"}:
            headers = {key: each for key, each in found.headers.items() if key != "Content-Type"}
            return web.Response(status=304, headers=headers)
        return web.Response(body=found.body, headers=found.headers)

    async def history(self, request: web.Request) -> web.Response:
        """GET /ui/history: one function's hour, or all functions' last minutes."""
        query = request.query
        named, is_one = query.get("function", ""), "function" in query
        seconds = _number(query.get("seconds"), _LONGEST if is_one else _SECONDS_OF_ALL, "seconds")
        step = _number(query.get("step"), STEP if is_one else seconds, "step")
        if is_one:
            names = [(await self._gateway.describe(plain_name(named))).spec.name]
        elif seconds > _POINTS_OF_ALL * step:
            raise InvalidRequest(
                f"of all functions at most {_POINTS_OF_ALL} steps are reported: ask for a longer "
                "step, or for one function"
            )
        else:
            names = [each.spec.name for each in await self._gateway.functions()]
        width, end = step // STEP, self._history.now + 1
        steps = -(-seconds // step)
        first = end - steps * width
        series = await self._history.told(names, first, end, width)
        if is_one and not series:
            unknown: list[float | None] = [None] * steps
            series[names[0]] = Series([0] * steps, [0] * steps, unknown, unknown)
        return json_reply(HistoryTold(step, first * STEP, series))


def _number(text: str | None, default: int, name: str) -> int:
    """Seconds that are whole steps; raises `InvalidRequest`."""
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
    if not STEP <= number <= _LONGEST or number % STEP:
        raise InvalidRequest(
            f"{name} must be a multiple of {STEP} from {STEP} to {_LONGEST}, got {text[:32]!r}"
        )
    return number
