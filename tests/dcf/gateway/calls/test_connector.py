"""Connections to replicas notice a machine that is gone."""

import asyncio
import socket

import aiohttp

from dcf.gateway.calls.connector import connector


def test_its_sockets_ask_whether_the_other_side_is_there(run):
    async def steps():
        async def answer(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await reader.read()
            writer.close()
            ended.set()

        ended = asyncio.Event()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with (
            aiohttp.ClientSession(connector=connector()) as session,
            session.get(f"http://127.0.0.1:{port}/") as response,
        ):
            await response.read()
            (kept,) = session.connector._conns.values()
            made = kept[0][0].transport.get_extra_info("socket")
            assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
            silent = made.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            probes = made.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
            pause = made.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
            assert silent + probes * pause == 11
        await ended.wait()
        server.close()

    run(steps())
