"""`python -m benchmarks.appetite_worker`: what the handler takes for one body, in a child each.

A line of standard input names a file, a line of output is JSON: processor seconds, the most bytes
of memory on top of what the process had before, and what was answered.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from handler.handler import Handler
from watcher.app import share_pools
from watcher.request import Request

_KIB = 1024
_MOST_SECONDS = 60


def main() -> int:
    """Answers until the input ends."""
    share_pools(2)
    Image.init()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _answer(Path(line.rstrip("\n")).read_bytes())
        status = os.waitpid(child, 0)[1]
        if status:
            _tell(float(_MOST_SECONDS), 0, f"ended by {status}")
    return 0


def _answer(body: bytes) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    # Threads do not outlive a fork: each child has a handler of its own.
    handler = Handler({})
    handler(Request(_warm()))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, began = _peak(), time.process_time()
    try:
        told = f"{len(handler(Request(body)).body)} bytes"
    except Exception as error:  # pylint: disable=broad-exception-caught # told, whatever it is
        told = f"{getattr(error, 'code', type(error).__name__)}: {error}"[:300]
    _tell(time.process_time() - began, _peak() - before, told)
    os._exit(0)


def _warm() -> bytes:
    """A picture that makes the handler import what it imports when first asked."""
    return _encoded(np.zeros((32, 32, 3), np.uint8))


def _encoded(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bytes:
    import cv2

    return bytes(cv2.imencode(".jpg", pixels)[1])


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) * _KIB


def _tell(seconds: float, memory: int, told: str) -> None:
    print(json.dumps([seconds, memory, told]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
