"""What the handler takes for one body, in a child each: processor seconds, memory, the answer.

``{"body": FILE}`` is answered with processor seconds, the most bytes of memory on top of what the
process had before, and what was answered.
"""

import os
import resource
import time
from pathlib import Path
from typing import NoReturn

import cv2
import numpy as np
from PIL import Image

from benchmarks.harness.accounting import peak_rss, reset_peak
from benchmarks.harness.commands import commands, reply
from handler.handler import Handler
from watcher.app import share_pools
from watcher.request import Request

_MOST_SECONDS = 60


def main() -> None:
    """Answers until the input ends."""
    share_pools(2)
    Image.init()
    for command in commands():
        child = os.fork()
        if not child:
            _answer(Path(command["body"]).read_bytes())
        status = os.waitpid(child, 0)[1]
        if status:
            reply([float(_MOST_SECONDS), 0, f"ended by {status}"])


def _answer(body: bytes) -> NoReturn:
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    # Threads do not outlive a fork: each child has a handler of its own.
    handler = Handler({})
    # A picture that makes the handler import what it imports when first asked.
    handler(Request(cv2.imencode(".jpg", np.zeros((32, 32, 3), np.uint8))[1].tobytes()))
    reset_peak(os.getpid())
    before, began = peak_rss(os.getpid()), time.process_time()
    try:
        answer = f"{len(handler(Request(body)).body)} bytes"
    except Exception as error:
        answer = f"{getattr(error, 'code', type(error).__name__)}: {error}"[:300]
    reply([time.process_time() - began, peak_rss(os.getpid()) - before, answer])
    os._exit(0)


if __name__ == "__main__":
    main()
