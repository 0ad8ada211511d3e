"""The network on BentoML: a service with one worker process a core, one call a worker at a time."""

import os
from pathlib import Path
from typing import Annotated, Any

import bentoml  # pylint: disable=import-error # in .venv-peers
from bentoml.validators import ContentType  # pylint: disable=import-error # in .venv-peers

from benchmarks.workers.plain_loop import PlainLoop


@bentoml.service(workers=int(os.environ["WORKERS"]), traffic={"timeout": 60})
class Detection:
    """Takes a JPEG as the whole body, gives the boxes as JSON."""

    def __init__(self) -> None:
        self._detect = PlainLoop(Path(os.environ["BUNDLE"]), reduced=False)

    @bentoml.api
    def detect(self, image: Annotated[Path, ContentType("image/*")], /) -> list[dict[str, Any]]:
        """Boxes of one JPEG, which BentoML hands over as a file."""
        return self._detect(image.read_bytes())
