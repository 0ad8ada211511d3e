"""The network on mosec: one stage, one worker process a core; ``mosec_server.py --port PORT``."""

import json
import os
from pathlib import Path
from typing import Any

from mosec import Server, Worker  # pylint: disable=import-error # in .venv-peers

from benchmarks.workers.plain_loop import PlainLoop


class Detection(Worker):
    """Takes a JPEG, gives the boxes as JSON."""

    def __init__(self) -> None:
        super().__init__()
        self._detect = PlainLoop(Path(os.environ["BUNDLE"]), reduced=False)

    def deserialize(self, data: bytes) -> bytes:
        """The body is the picture."""
        return data

    def forward(self, data: bytes) -> list[dict[str, Any]]:
        """Boxes of one picture."""
        return self._detect(data)

    def serialize(self, data: list[dict[str, Any]]) -> bytes:
        """Compact JSON; the default one is indented."""
        return json.dumps(data).encode()


if __name__ == "__main__":
    server = Server()
    server.append_worker(Detection, num=int(os.environ["WORKERS"]))
    server.run()
