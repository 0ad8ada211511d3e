"""A model in OpenVINO, with what it advises for latency: ``openvino_engine FILE PRECISION``.

FILE is ONNX or OpenVINO's own; PRECISION is what it computes in where the model does not say:
``f32`` or ``bf16``.
"""

import sys
from pathlib import Path

import openvino
import openvino.properties as settings
import openvino.properties.hint as hints

from benchmarks.engines.workers.pixels import heads, tensor_of
from benchmarks.engines.workers.served import THREADS, Floats, Run, joined, serve, two_cores

_TYPES = {"f32": openvino.Type.f32, "bf16": openvino.Type.bf16}


def load(file: Path, precision: str) -> Run:
    """The model, ready to run."""
    wanted = {
        hints.performance_mode: hints.PerformanceMode.LATENCY,
        hints.inference_precision: _TYPES[precision],
        hints.num_requests: 1,
        settings.inference_num_threads: THREADS,
        settings.num_streams: 1,
    }
    core = openvino.Core()
    model = core.compile_model(core.read_model(file), "CPU", wanted)
    request = model.create_infer_request()
    scores, offsets, columns = heads()

    def run(tensor: Floats) -> tuple[Floats, Floats]:
        answers = request.infer({0: tensor}, share_inputs=True, share_outputs=True)
        return (
            joined([answers[name] for name in scores], columns),
            joined([answers[name] for name in offsets], 4),
        )

    return run


def main(file: Path, precision: str) -> None:
    """Serves commands until the input ends."""
    two_cores()
    serve(load(file, precision), tensor_of)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
