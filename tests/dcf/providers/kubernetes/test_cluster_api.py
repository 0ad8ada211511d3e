"""Requests to a real server: what is sent, what comes back, and one line where that is an error."""

import asyncio
import json
from contextlib import aclosing, asynccontextmanager

import httpx2
import pytest

from dcf.providers.kubernetes import cluster_api
from dcf.providers.kubernetes.api import ApiError
from dcf.providers.kubernetes.cluster_api import ClusterApi
from tests.dcf.providers.kubernetes.api_server import refuses, run, serving, streams
from tests.waiting import until_async

PODS = "/api/v1/namespaces/functions/pods"


@asynccontextmanager
async def asking():
    async with serving() as server:
        api = ClusterApi(httpx2.AsyncClient(base_url=server.url), "functions")
        try:
            yield server, api
        finally:
            await api.close()


def test_objects_are_read_and_written_by_path():
    async def steps():
        async with asking() as (server, api):
            for method in ("GET", "PUT", "PATCH", "DELETE"):
                server.says(method, PODS + "/a", (200, {"done": method}))
            server.says("POST", PODS, (201, {"done": "POST"}))
            assert await api.get(PODS + "/a", limit="1") == {"done": "GET"}
            assert await api.create(PODS, {"é": 1}) == {"done": "POST"}
            assert await api.replace(PODS + "/a", {"b": 2}) == {"done": "PUT"}
            assert await api.patch(PODS + "/a", {"c": None}) == {"done": "PATCH"}
            await api.delete(PODS + "/a", "Foreground")
            await api.delete(PODS + "/none")
            assert server.paths() == [
                f"GET {PODS}/a?limit=1", f"POST {PODS}", f"PUT {PODS}/a", f"PATCH {PODS}/a",
                f"DELETE {PODS}/a", f"DELETE {PODS}/none",
            ]  # fmt: skip
            kinds = [each[2].get("Content-Type") for each in server.asked[1:4]]
            assert kinds == ["application/json"] * 2 + ["application/merge-patch+json"]
            bodies = [json.loads(each[3]) for each in server.asked[1:5]]
            assert bodies == [{"é": 1}, {"b": 2}, {"c": None}, {"propagationPolicy": "Foreground"}]

    run(steps())


def test_a_refusal_names_verb_and_resource_as_the_server_does():
    async def steps():
        async with asking() as (server, api):
            said = 'pods is forbidden: User "u" cannot list resource "pods"\nin API group ""'
            server.says("GET", PODS, refuses(403, "Forbidden", said))
            with pytest.raises(
                ApiError, match='User "u" cannot list resource "pods" in API'
            ) as caught:
                await api.get(PODS)
            assert (caught.value.status, caught.value.reason) == (403, "Forbidden")
            server.says("POST", PODS, refuses(409, "AlreadyExists", "there"))
            with pytest.raises(ApiError) as caught:
                await api.create(PODS, {})
            assert caught.value.reason == "AlreadyExists"
            server.says("GET", PODS, (200, ["no object"]))
            with pytest.raises(ApiError, match="status 200"):
                await api.get(PODS)

    run(steps())


def test_a_busy_server_is_asked_again_when_it_says_so():
    async def steps():
        async with asking() as (server, api):
            busy = refuses(429, "TooManyRequests", "later", {"Retry-After": "0"})
            server.says("POST", PODS, busy, busy, (201, {"x": 1}))
            assert await api.create(PODS, {}) == {"x": 1}
            server.says("POST", PODS, busy)
            with pytest.raises(ApiError, match="later"):
                await api.create(PODS, {})
            assert len(server.asked) == 3 + 4

    run(steps())


def test_who_does_not_answer_is_named_with_the_reason(monkeypatch):
    monkeypatch.setattr(cluster_api, "SECONDS", 0.2)

    async def steps():
        async with asking() as (server, api):
            await server_gone(api)
            hold = asyncio.Event()
            server.says("GET", PODS, streams(hold=hold))
            client = httpx2.AsyncClient(base_url=server.url, timeout=0.2)
            slow = ClusterApi(client, "functions")
            with pytest.raises(ApiError, match=r"does not answer in 0.2 s") as caught:
                await slow.get(PODS)
            assert caught.value.status == 0
            await slow.close()

    async def server_gone(api):
        gone = ClusterApi(httpx2.AsyncClient(base_url="http://127.0.0.1:1"), "functions")
        with pytest.raises(ApiError, match=r"127.0.0.1:1 does not answer: .*[Cc]onnect"):
            await gone.get(PODS)
        await gone.close()

    run(steps())


def test_a_watch_gives_events_as_they_come_whatever_their_pieces():
    async def steps():
        async with asking() as (server, api):
            events = [{"type": "ADDED", "object": {"metadata": {"name": "é\u2028" * 9}}}] * 2
            whole = b"".join(
                json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in events
            )
            pieces = [whole[at : at + 7] for at in range(0, len(whole), 7)]
            server.says("GET", PODS, streams(*pieces))
            found = [each async for each in api.watch(PODS, "7", labelSelector="f")]
            assert found == events
            query = server.asked[0][1]
            assert "resourceVersion=7" in query
            assert "watch=1" in query
            assert "labelSelector=f" in query
            assert "allowWatchBookmarks=true" in query

    run(steps())


def test_a_watch_whose_version_is_too_old_says_so_by_its_status():
    async def steps():
        async with asking() as (server, api):
            old = {
                "type": "ERROR",
                "object": {"code": 410, "reason": "Expired", "message": "too old"},
            }
            server.says("GET", PODS, streams(old), refuses(410, "Gone", "too old"))
            for _ in range(2):
                with pytest.raises(ApiError, match="too old") as caught:
                    await anext(api.watch(PODS, "1"))
                assert caught.value.status == 410

    run(steps())


def test_a_log_is_followed_and_left():
    async def steps():
        async with asking() as (server, api):
            hold = asyncio.Event()
            server.says("GET", PODS + "/a/log", streams(b"one\nt", b"wo\r\x85\n\xff", hold=hold))
            async with aclosing(api.lines(PODS + "/a/log", follow="true")) as lines:
                assert [await anext(lines), await anext(lines)] == ["one", "two\r\ufffd"]
            hold.set()
            server.says("GET", PODS + "/a/log", streams(b"last"))
            assert [each async for each in api.lines(PODS + "/a/log")] == ["last"]

    run(steps())


def test_a_kept_connection_that_ends_costs_no_read():
    async def steps():
        lost = 0

        async def answer(reader, writer):
            nonlocal lost
            await reader.readuntil(b"\r\n\r\n")
            if not lost:  # taken, and closed without a word
                lost = 1
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        api = ClusterApi(httpx2.AsyncClient(base_url=url), "functions")
        assert await api.get(PODS) == {}
        lost = 0
        with pytest.raises(ApiError, match="does not answer"):
            await api.create(PODS, {})
        await api.close()
        server.close()
        await until_async(lambda: not server.is_serving())

    run(steps())
