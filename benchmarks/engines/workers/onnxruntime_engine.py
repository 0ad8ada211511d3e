"""A model in ONNX Runtime: ``onnxruntime_engine FILE``, with every optimization of the graph."""

import sys
from pathlib import Path

import onnxruntime

from benchmarks.engines.workers.pixels import heads, tensor_of
from benchmarks.engines.workers.served import THREADS, Floats, Run, joined, serve, two_cores
from models.ssd.nets.layers import INPUT


def load(file: Path) -> Run:
    """The model, ready to run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    scores, offsets, columns = heads()
    names = [*scores, *offsets]

    def run(tensor: Floats) -> tuple[Floats, Floats]:
        answers = session.run(names, {INPUT: tensor})
        return joined(answers[: len(scores)], columns), joined(answers[len(scores) :], 4)

    return run


def main(file: Path) -> None:
    """Serves commands until the input ends."""
    two_cores()
    serve(load(file), tensor_of)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
