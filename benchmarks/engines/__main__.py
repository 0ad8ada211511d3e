"""`python -m benchmarks.engines`: SSD-300 VGG16 on several engines, two threads each, in one run.

TensorFlow and LiteRT run bundles in the session that serves them; OpenVINO and ONNX Runtime run the
same network in their own forms. A call is timed from the tensor to the joined scores and offsets.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.engines.catalogue import ENGINES, VERSIONED
from benchmarks.engines.findings import Measured, finding
from benchmarks.engines.products import FOLDER, prepared, remove
from benchmarks.engines.turns import measure
from benchmarks.harness import command
from benchmarks.harness.bars import Finding
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.machine import versions
from benchmarks.harness.plan import Plan


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the comparison: 0, also without an environment; 1 when an engine failed."""
    about = "Measures SSD-300 VGG16 on several inference engines."
    names = [engine.slug for engine in ENGINES]
    parser = command.parser("benchmarks.engines", about, names)
    parser.add_argument("--fresh", action="store_true", help="Make the models anew first.")
    flags = parser.parse_args(argv)
    plan = Plan(FOLDER / "litert_int8", rounds=9, calls=10)
    if flags.quick:
        plan = replace(plan, rounds=2, calls=3)
    engines = [each for each in ENGINES if not flags.only or each.slug in flags.only]
    if flags.fresh:
        remove(FOLDER)
    measured, products = Measured(), {}
    for engine in engines:
        try:
            products[engine.name] = prepared(engine.product, command.say)
        except BenchmarkError as error:
            measured.leave_out(engine, error)

    def compare() -> dict[str, Finding]:
        measure(plan, engines, products, measured)
        return {"engines": finding(measured, engines)}

    installed: dict[str, str] = {}
    for python, packages in VERSIONED.items():
        installed |= versions(python, packages)
    code = command.run(flags, plan, compare, "engines", {"engines": installed})
    return code or int(measured.failed)


if __name__ == "__main__":
    sys.exit(main())
