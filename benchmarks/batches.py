"""A bundle at batches of 1, 8 and 64 pictures: milliseconds a batch, pictures a second.

For the TensorFlow engine on a GPU: `.venv-train/bin/python -m benchmarks.batches --bundle DIR`, in
an environment whose TensorFlow sees the device. Runs on processors too, and says what it ran on.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.bars import Row
from benchmarks.table import markdown, table
from models.ssd.bundle import open_bundle
from models.ssd.session import open_session

SIZES = (1, 8, 64)
_WARM = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints.

    Args:
        argv: Flags; those of the command line when None.

    Returns:
        0.
    """
    flags = _parser().parse_args(argv)
    bundle = open_bundle(flags.bundle)
    session = open_session(bundle)
    spec = bundle.manifest.input
    random = np.random.default_rng(0)
    rows = []
    for size in flags.sizes:
        # Pixels of any value: a dense network takes the same time for all of them.
        tensor = random.integers(-100, 100, (size, spec.height, spec.width, 3)).astype(spec.dtype)
        seconds = median_seconds(lambda batch=tensor: session.run(batch), flags.calls)
        note = f"{size / seconds:.1f} pictures/s, {seconds * 1e3 / size:.2f} ms each"
        rows.append(Row(f"batch of {size}", seconds * 1e3, "ms", None, note))
    if flags.json:
        print(
            json.dumps({"on": device(bundle.manifest.engine), "rows": [vars(row) for row in rows]})
        )
        return 0
    manifest = bundle.manifest
    print(f"{manifest.name}, {manifest.engine} {manifest.precision}, {device(manifest.engine)}")
    print((markdown if flags.markdown else table)(rows))
    return 0


def median_seconds(call: Callable[[], object], count: int) -> float:
    """Median time of a call, after a few that are not counted."""
    for _ in range(_WARM):
        call()
    spent = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


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
    flags = argparse.ArgumentParser(
        prog="python -m benchmarks.batches", description=__doc__, allow_abbrev=False
    )
    flags.add_argument("--bundle", type=Path, required=True, help="A bundle's folder.")
    flags.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="Pictures a batch.")
    flags.add_argument("--calls", type=int, default=10, help="Batches of each size.")
    output = flags.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="Print JSON instead of the table.")
    output.add_argument("--markdown", action="store_true", help="Print the table as Markdown.")
    return flags


if __name__ == "__main__":
    raise SystemExit(main())
