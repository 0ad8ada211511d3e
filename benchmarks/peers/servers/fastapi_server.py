"""The network on FastAPI; started by uvicorn with one worker process a core."""

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request  # pylint: disable=import-error # in .venv-peers
from fastapi.concurrency import run_in_threadpool  # pylint: disable=import-error # as above

from benchmarks.workers.plain_loop import PlainLoop

_LOCK = threading.Lock()
"""An interpreter is for one thread at a time."""


@asynccontextmanager
async def _lifespan(server: FastAPI) -> AsyncIterator[None]:
    server.state.detect = PlainLoop(Path(os.environ["BUNDLE"]), reduced=False)
    yield


app = FastAPI(lifespan=_lifespan)


@app.post("/detect")
async def detect(request: Request) -> list[dict[str, object]]:
    """Boxes of one JPEG, found in a thread, so that the event loop stays free."""
    body = await request.body()

    def answer() -> list[dict[str, object]]:
        with _LOCK:
            found: list[dict[str, object]] = request.app.state.detect(body)
            return found

    return await run_in_threadpool(answer)
