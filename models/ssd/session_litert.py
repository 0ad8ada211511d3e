"""The session on LiteRT with XNNPACK, the default engine.

A session owns a pool of interpreters, one for each processor this process may use, so that calls
run in parallel and share no state.
"""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from models.ssd.bundle import Bundle
from models.ssd.errors import BundleError
from models.ssd.session_port import Outputs, Tensor
from models.ssd.spec import Manifest


class LiteRtSession:
    """A pool of LiteRT interpreters (XNNPACK), one thread each.

    One thread an interpreter wastes no time on splitting a small network: two calls on two
    processors finish sooner than one after the other on both.
    """

    def __init__(self, bundle: Bundle, pool_size: int) -> None:
        self._lanes = [_Lane(bundle) for _ in range(pool_size)]
        self._free = threading.Semaphore(pool_size)

    def run(self, tensor: Tensor) -> Outputs:
        """Runs the network, see ``Session.run``; waits for a free interpreter."""
        with self._free:
            # The semaphore counts the lanes, so one is there; the last used one has warm caches.
            lane = self._lanes.pop()
            try:
                answers = [lane.run(tensor[index : index + 1]) for index in range(len(tensor))]
            finally:
                self._lanes.append(lane)
        if len(answers) == 1:
            return answers[0]
        return (
            np.concatenate([scores for scores, _ in answers]),
            np.concatenate([offsets for _, offsets in answers]),
        )


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

    def __init__(self, bundle: Bundle) -> None:
        manifest = bundle.manifest
        try:
            self._interpreter = Interpreter(model_content=bundle.graph, num_threads=1)
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
