"""A worker that runs one network on command.

- ``{"pixels": FILE, "answer": FILE}`` reads a picture for all calls to come, uint8 ``[1, H, W, 3]``
  RGB in a ``.npy`` file, makes one call, and writes its ``scores`` and ``offsets`` as ``.npz``.
- ``{"calls": N, "warm": M}`` makes M calls and then N, and answers the milliseconds of the N.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.harness.commands import commands, milliseconds, reply

THREADS = 2
Floats = npt.NDArray[np.float32]
Run = Callable[[npt.NDArray[np.generic]], tuple[Floats, Floats]]
"""The tensor to raw scores ``[1, A, C]`` and offsets ``[1, A, 4]``: this is what is timed."""


def two_cores() -> None:
    """Keeps this process on as many cores as it may have threads; called before any starts."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def serve(run: Run, tensor_of: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.generic]]) -> None:
    """Answers commands until the input ends; the run alone is timed, not making the tensor."""
    tensor: npt.NDArray[np.generic] = np.empty(0)
    for command in commands():
        if "pixels" in command:
            tensor = tensor_of(np.load(command["pixels"]))
            scores, offsets = run(tensor)
            np.savez(Path(command["answer"]), scores=scores, offsets=offsets)
            reply(None)
        else:
            taken = milliseconds(partial(run, tensor), command["warm"] + command["calls"])
            reply(taken[command["warm"] :])


def joined(outputs: list[Floats], columns: int) -> Floats:
    """Joins the heads' answers, ``[1, H, W, cell anchors * columns]``, to ``[1, A, columns]``."""
    return np.concatenate([output.reshape(1, -1, columns) for output in outputs], axis=1)
