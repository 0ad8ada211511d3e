"""Answers are compared with the first one, a batch picture by picture."""

import asyncio
import json
import random

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.soak.calls import Client, batch, jpeg
from benchmarks.soak.ledger import ANSWERED, Lost


async def answer(request):
    """What a detector says: of a batch, a list for each of its pictures."""
    found = [{"class": "cup"}]
    if request.content_type == "image/jpeg":
        return web.json_response(found)
    return web.json_response([found] * len(json.loads(await request.read())["images"]))


async def compare():
    app = web.Application()
    app.router.add_post("/function/ssd", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        base = str(server.make_url("")).rstrip("/")
        chance, cup, dog = random.Random(1), [{"class": "cup"}], [{"class": "dog"}]
        client = Client(session, None, base, chance, b"jpeg", cup, None, None)
        assert [await batch(client) for _ in range(5)] == [ANSWERED] * 5
        assert await jpeg(client) == ANSWERED
        client.expected = dog
        for call in (batch, jpeg):
            with pytest.raises(Lost, match="another answer"):
                await call(client)


def test_a_batch_is_compared_picture_by_picture():
    asyncio.run(compare())
