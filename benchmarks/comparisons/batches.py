"""A bundle at batches of 1, 8 and 64 pictures: milliseconds a batch, pictures a second.

For the TensorFlow engine on a GPU: `.venv-train/bin/python -m benchmarks.comparisons.batches
--bundle DIR`, in an environment whose TensorFlow sees the device. Runs on processors too, and says
what it ran on.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.harness.bars import Row
from benchmarks.harness.command import output_flags, say, show
from benchmarks.harness.commands import milliseconds
from models.ssd.bundle import open_bundle
from models.ssd.session import open_session

SIZES = (1, 8, 64)
_WARM = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    flags = _parser().parse_args(argv)
    bundle = open_bundle(flags.bundle)
    session, manifest = open_session(bundle), bundle.manifest
    spec, on = manifest.input, device(manifest.engine)
    say(f"{manifest.name}, {manifest.engine} {manifest.precision}, {on}")
    random = np.random.default_rng(0)
    rows = []
    for size in flags.sizes:
        # Pixels of any value: a dense network takes the same time for all of them.
        tensor = random.integers(-100, 100, (size, spec.height, spec.width, 3)).astype(spec.dtype)
        taken = median_ms(partial(session.run, tensor), flags.calls)
        note = f"{size / taken * 1e3:.1f} pictures/s, {taken / size:.2f} ms each"
        rows.append(Row(f"batch of {size}", taken, "ms", None, note))
    show(flags, rows, {"on": on, "rows": [vars(row) for row in rows]})
    return 0


def median_ms(call: Callable[[], object], count: int) -> float:
    """Median milliseconds of a call, after a few that are not counted."""
    return statistics.median(milliseconds(call, _WARM + count)[_WARM:])


def device(engine: str) -> str:
    """What the engine computes on, in words."""
    if engine != "tensorflow":
        return "on the processor"
    import tensorflow as tf

    found = [
        tf.config.experimental.get_device_details(each).get("device_name", each.name)
        for each in tf.config.list_physical_devices("GPU")
    ]
    return f"on {', '.join(found)}" if found else "on the processor, TensorFlow sees no GPU"


def _parser() -> argparse.ArgumentParser:
    flags = output_flags("benchmarks.comparisons.batches", "A bundle at batches of several sizes.")
    flags.add_argument("--bundle", type=Path, required=True, help="A bundle's folder.")
    flags.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="Pictures a batch.")
    flags.add_argument("--calls", type=int, default=10, help="Batches of each size.")
    return flags


if __name__ == "__main__":
    sys.exit(main())
