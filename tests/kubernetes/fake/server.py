"""The API server: real HTTP on a loopback port over the objects in memory."""

import asyncio
import contextlib
import json
import socket
from enum import Enum

from aiohttp import web

from tests.kubernetes.fake import views
from tests.kubernetes.fake.discovery import document
from tests.kubernetes.fake.paths import place_of
from tests.kubernetes.fake.selectors import matches_fields, matches_labels
from tests.kubernetes.fake.status import Refused, bad_request, internal, unknown_path
from tests.kubernetes.fake.watching import Watch

_LARGEST_REQUEST = 3 << 20
_TURNS_TO_ACCEPT = 3  # of the loop, from accept(2) to a connection that is made
_WATCH_SECONDS = 1800.0
_MERGE = "application/merge-patch+json"


class Fault(Enum):
    """What is wrong with the server, for tests of that."""

    NONE = "none"
    HANGS = "takes requests and never answers"
    FAILS = "answers every request with status 500"
    THROTTLES = "answers every request with status 429"
    LAGS = "answers requests, but watches tell nothing"


class Server:
    """Serves the API until it is stopped; it can be started again on its port.

    Attributes:
        port: Where it listens; 0 before it was ever started.
        requests: Method and path of all that were made, oldest first.
    """

    def __init__(self, resources, served, logs):
        """`logs` is asked for the lines of a pod with a query, and may refuse."""
        self._resources, self._served, self._logs = resources, served, logs
        self.port, self.requests = 0, []
        self._fault, self._mended = Fault.NONE, asyncio.Event()
        self._runner = self._socket = self._held = None
        self._open = set()

    async def start(self):
        """Listen."""
        if self._held is None:  # while it does not listen nobody else may take its port
            self._held = socket.socket()
            self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._held.bind(("127.0.0.1", 0))
            self.port = self._held.getsockname()[1]
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self._socket = socket.create_server(("127.0.0.1", self.port), backlog=128)
        await web.SockSite(self._runner, self._socket).start()

    async def stop(self):
        """Listen no more and break off every connection."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        # asyncio would forget to close a connection that is accepted while its server closes.
        asyncio.get_running_loop().remove_reader(self._socket)
        for _ in range(_TURNS_TO_ACCEPT):
            await asyncio.sleep(0)
        self.drop()
        transports = [each.transport for each in runner.server.connections if each.transport]
        await runner.cleanup()
        for each in transports:  # one may have more to say than its client reads
            each.abort()
        await asyncio.sleep(0)

    def leave(self):
        """It will not be started again: its port is anybody's."""
        if self._held is not None:
            self._held.close()

    def fail(self, fault):
        """Have this fault from now on, watches that are open included."""
        self._fault = fault
        self._mended.set()
        self._mended = asyncio.Event()
        if fault is not Fault.NONE:
            self.drop()

    def drop(self):
        """Break off every request that is under way, such as watches."""
        for task in list(self._open):
            task.cancel()

    async def _answer(self, request):
        self.requests.append((request.method, request.path_qs))
        task = asyncio.current_task()
        self._open.add(task)
        try:
            while self._fault is Fault.HANGS:
                await self._mended.wait()
            if self._fault is Fault.FAILS:
                raise internal("etcdserver: request timed out")
            if self._fault is Fault.THROTTLES:
                raise Refused(429, "TooManyRequests", "Too many requests, please try again later.")
            return await self._found(request)
        except Refused as refused:
            return web.json_response(refused.body, status=refused.status)
        except web.HTTPRequestEntityTooLarge:
            large = Refused(
                413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"
            )
            return web.json_response(large.body, status=413)
        finally:
            self._open.discard(task)

    async def _found(self, request):
        if request.path in {"/healthz", "/readyz", "/livez"}:
            return web.Response(text="ok")
        if request.method == "GET" and (found := document(request.path, self._served)):
            return web.json_response(found)
        place = place_of(request.path, self._served)
        if place is None:
            raise unknown_path()
        if place.part == "log":
            return await self._log(request, place)
        if request.method == "GET" and not place.name:
            return await self._list_or_watch(request, place)
        item = await self._done(request, place)
        status = 201 if request.method == "POST" else 200
        if item.get("kind") == "Status":
            return web.json_response(item)
        if place.part == "scale":
            return web.json_response(views.scale(item))
        return web.json_response(views.shown(place.kind, place.version, item), status=status)

    async def _done(self, request, place):
        """The object that a verb is about, after it."""
        api, where = self._resources, (place.kind, place.namespace, place.name)
        match request.method, bool(place.name):
            case "GET", True:
                return api.get(*where)
            case "POST", False:
                return api.create(place.kind, place.namespace, await self._body(request, place))
            case (("PUT" | "PATCH"), True):
                return await self._changed(request, place)
            case "DELETE", _:
                return await self._delete(request, place)
        words = "the server does not allow this method on the requested resource"
        raise Refused(405, "MethodNotAllowed", words)

    async def _changed(self, request, place):
        is_patch = request.method == "PATCH"
        if is_patch and request.content_type != _MERGE:
            words = f"the body of the request was in an unknown format - accepted: {_MERGE}"
            raise Refused(415, "UnsupportedMediaType", words)
        body = await self._body(request, place)
        if place.part == "scale":
            return self._scaled(place, body)
        change = self._resources.patch if is_patch else self._resources.replace
        return change(place.kind, place.namespace, place.name, body, place.part)

    async def _delete(self, request, place):
        options = await self._options(request)
        if place.name:
            return self._deleted(place, place.name, options)
        for item in self._chosen(request, place):
            self._deleted(place, item["metadata"]["name"], options)
        return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}

    def _scaled(self, place, body):
        replicas = (body.get("spec") or {}).get("replicas", 0)
        if not isinstance(replicas, int) or replicas < 0:
            raise bad_request("spec.replicas must be a whole number of at least 0")
        where = (place.kind, place.namespace, place.name)
        return self._resources.scale(*where, replicas)

    def _deleted(self, place, name, options):
        item = self._resources.delete(place.kind, place.namespace, name, options)
        still = self._resources.store.get(place.kind, place.namespace, name)
        if still is not None:
            return still
        details = {"name": name, "group": place.kind.group, "kind": place.kind.plural}
        details["uid"] = item["metadata"]["uid"]
        done = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return done | {"details": details}

    @staticmethod
    async def _options(request):
        options = await request.json() if request.can_read_body else {}
        query = {key: request.query[key] for key in ("propagationPolicy",) if key in request.query}
        if "gracePeriodSeconds" in request.query:
            query["gracePeriodSeconds"] = int(request.query["gracePeriodSeconds"])
        return options | query

    @staticmethod
    async def _body(request, place):
        try:
            body = json.loads(await request.read())
        except ValueError as fault:
            raise bad_request(f"the object provided is unrecognized: {fault}") from None
        if not isinstance(body, dict):
            raise bad_request("the object provided is unrecognized (must be of type Object)")
        expected = place.kind.api_version(place.version)
        given = body.get("apiVersion", expected)
        if given != expected and place.part != "scale":
            words = f"the API version in the data ({given}) does not match the expected API version"
            raise bad_request(f"{words} ({expected})")
        return body

    def _chosen(self, request, place):
        items = self._resources.store.list(place.kind, place.namespace)
        return [item for item in items if _is_wanted(request.query, item)]

    async def _list_or_watch(self, request, place):
        if request.query.get("watch", "") in {"1", "true"}:
            return await self._watch(request, place)
        items = self._chosen(request, place)
        begin, limit = int(request.query.get("continue") or 0), int(request.query.get("limit") or 0)
        page = items[begin : begin + limit] if limit else items[begin:]
        rest = str(begin + limit) if limit and begin + limit < len(items) else ""
        version = self._resources.store.version
        return web.json_response(views.listed(place.kind, place.version, page, version, rest))

    async def _watch(self, request, place):
        while self._fault is Fault.LAGS:
            await self._mended.wait()
        watch = Watch(self._resources.store, place, lambda item: _is_wanted(request.query, item))
        lines = watch.lines(
            request.query.get("resourceVersion", ""),
            float(request.query.get("timeoutSeconds") or _WATCH_SECONDS),
            bookmarks=request.query.get("allowWatchBookmarks", "") in {"1", "true"},
        )
        return await _streamed(request, lines, "application/json")

    async def _log(self, request, place):
        pod = self._resources.get(place.kind, place.namespace, place.name)
        lines = await self._logs(pod, request.query)
        return await _streamed(request, lines, "text/plain")


def _is_wanted(query, item):
    labels = item["metadata"].get("labels") or {}
    return matches_labels(query.get("labelSelector", ""), labels) and matches_fields(
        query.get("fieldSelector", ""), item
    )


async def _streamed(request, lines, content_type):
    response = web.StreamResponse(headers={"Content-Type": content_type})
    try:
        await response.prepare(request)
        async for line in lines:
            await response.write(line)
        await response.write_eof()
    except asyncio.CancelledError:
        if request.transport is not None:
            request.transport.abort()
        raise
    except ConnectionError:
        pass  # whoever asked is gone
    finally:
        with contextlib.suppress(RuntimeError):
            await lines.aclose()
    return response
