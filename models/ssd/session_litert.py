"""The session on LiteRT with XNNPACK, the default engine.

A lone call is spread over every processor this process may use; calls in company get a processor
each, since splitting a small network wastes time that another call could use. Calls share no state.
"""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from .bundle import Bundle
from .errors import BundleError
from .manifest import Manifest
from .session_port import Outputs, Tensor


class LiteRtSession:
    """A pool of LiteRT interpreters.

    One lane with a thread a processor is made at once. Lanes of one thread are made when calls
    come together for the first time, at most one a processor: a process that never sees two calls
    at once starts sooner and stays smaller.
    """

    def __init__(self, bundle: Bundle, pool_size: int) -> None:
        self._bundle = bundle
        self._pool_size = pool_size
        self._free = threading.Semaphore(pool_size)
        # Lists are the pools: taking from one and giving back are atomic, and the last used lane,
        # whose memory is in the caches, is the next to be taken.
        self._wide = [_Lane(bundle, pool_size)]
        self._narrow: list[_Lane] = []

    def run(self, tensor: Tensor, others: int = 0) -> Outputs:
        """Runs the network, see ``Session.run``; waits while every lane is taken."""
        with self._free:
            pool = self._narrow if others and self._pool_size > 1 else self._wide
            lane, pool = self._take(pool)
            try:
                answers = [lane.run(tensor[index : index + 1]) for index in range(len(tensor))]
            finally:
                pool.append(lane)
        if len(answers) == 1:
            return answers[0]
        return (
            np.concatenate([scores for scores, _ in answers]),
            np.concatenate([offsets for _, offsets in answers]),
        )

    def _take(self, pool: "list[_Lane]") -> "tuple[_Lane, list[_Lane]]":
        """A lane and the pool to give it back to; a new narrow one where none is left."""
        try:
            return pool.pop(), pool
        except IndexError:
            pass
        try:
            return self._narrow.pop(), self._narrow
        except IndexError:
            return _Lane(self._bundle, 1), self._narrow


class _Output:
    """One output tensor of a graph: where it is, and how its integers become numbers."""

    def __init__(self, name: str, details: Mapping[str, Mapping[str, Any]], depth: int) -> None:
        if name not in details:
            known = ", ".join(sorted(details))
            raise BundleError(f"the graph has no output {name!r}, it has: {known}")
        detail = details[name]
        self.index = detail["index"]
        self.depth = depth
        scale, zero_point = detail["quantization"]
        self.scale = np.float32(scale)
        self.zero_point = np.float32(zero_point)
        shape = [int(side) for side in detail["shape"]]
        size = int(np.prod(shape))
        if size % depth:
            raise BundleError(
                f"output {name!r} of shape {shape} does not split into rows of {depth}"
            )
        self.rows = size // depth


class _Lane:
    """One interpreter; used by one thread at a time."""

    def __init__(self, bundle: Bundle, threads: int) -> None:
        manifest = bundle.manifest
        try:
            self._interpreter = Interpreter(model_content=bundle.graph, num_threads=threads)
            self._interpreter.allocate_tensors()
            (source,) = self._interpreter.get_input_details()
        # The engine raises bare ValueError and RuntimeError for whatever is wrong with a graph.
        except (ValueError, RuntimeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BundleError(
                f"{manifest.graph} is not a graph LiteRT can load: {reason}"
            ) from error
        self._input = source["index"]
        _check_input(source, manifest)
        details = {detail["name"]: detail for detail in self._interpreter.get_output_details()}
        columns = len(manifest.outputs.class_ids)
        self._scores = [_Output(name, details, columns) for name in manifest.outputs.scores]
        self._offsets = [_Output(name, details, 4) for name in manifest.outputs.offsets]
        for outputs in (self._scores, self._offsets):
            count = sum(output.rows for output in outputs)
            if count != manifest.anchor_count:
                raise BundleError(
                    f"the graph answers {count} rows, the manifest's anchors are "
                    f"{manifest.anchor_count}: they do not belong together"
                )

    def run(self, tensor: Tensor) -> Outputs:
        """Runs one picture ``[1, height, width, 3]``."""
        self._interpreter.set_tensor(self._input, tensor)
        self._interpreter.invoke()
        return self._join(self._scores), self._join(self._offsets)

    def _join(self, outputs: list[_Output]) -> npt.NDArray[np.float32]:
        """Joins the layers' outputs to ``[1, A, depth]``, turning integers into numbers."""
        depth = outputs[0].depth
        joined = np.empty((1, sum(output.rows for output in outputs), depth), np.float32)
        start = 0
        for output in outputs:
            part = joined[0, start : start + output.rows]
            raw = self._interpreter.get_tensor(output.index).reshape(output.rows, depth)
            if output.scale:
                np.subtract(raw, output.zero_point, out=part, dtype=np.float32)
                part *= output.scale
            else:
                part[:] = raw
            start += output.rows
        return joined


def _input_shape(manifest: Manifest) -> tuple[int, int, int, int]:
    return (1, manifest.input.height, manifest.input.width, 3)


def _check_input(source: Mapping[str, Any], manifest: Manifest) -> None:
    expected = _input_shape(manifest)
    shape = tuple(int(side) for side in source["shape"])
    dtype = np.dtype(source["dtype"])
    if shape != expected or dtype != np.dtype(manifest.input.dtype):
        raise BundleError(
            f"the graph reads {dtype} {shape}, the manifest says {manifest.input.dtype} {expected}"
        )
