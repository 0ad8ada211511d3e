"""`python -m benchmarks.training`: loader and training step beside torchvision's.

Both sides prepare the same pictures in one thread, and learn from batches of one size on two cores.
What is counted is processor time, so that a busy machine changes little.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.training.scenes import write_scenes

ROOT = Path(__file__).parents[2]
SIDES = {
    "here": (ROOT / ".venv-train/bin/python", "benchmarks.training.workers.ours"),
    "torchvision": (ROOT / ".venv-torch/bin/python", "benchmarks.training.workers.theirs"),
}
# Network, pictures a batch, steps that are timed.
STEPS = (("ssdlite-mobilenet-v2", 16, 3), ("ssd300-vgg16", 2, 2))


def main() -> int:
    """Prints a table of ratios and writes benchmarks/results/training.json."""
    parser = argparse.ArgumentParser(prog="benchmarks.training", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="Turns of each side.")
    parser.add_argument("--loader-only", action="store_true", help="Leave out the steps.")
    flags = parser.parse_args()
    scenes = write_scenes(ROOT / "samples", ROOT / ".cache/bench-training/scenes.json")
    results = {}
    for network, batch, steps in STEPS:
        sides = {name: [] for name in SIDES}
        for _ in range(flags.rounds):
            for name, (python, module) in SIDES.items():
                count = 0 if flags.loader_only else steps
                sides[name].append(_run(python, module, [scenes, network, batch, count]))
        for what in ("prepared", "learnt"):
            if what in sides["here"][0]:
                here, there = (median(each[what] for each in sides[name]) for name in SIDES)
                results[f"{network} {what}"] = {
                    "here": round(here, 2), "torchvision": round(there, 2),
                    "ratio": round(here / there, 2),
                }  # fmt: skip
                print(
                    f"{network:<22} {what:<9} {here:8.2f} {there:8.2f} "
                    f"pictures a processor second, ratio {here / there:.2f}",
                    flush=True,
                )
        results["versions"] = sides["torchvision"][0]["versions"]
    out = ROOT / "benchmarks/results/training.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n")
    return 0


def _run(python: Path, module: str, words: list) -> dict:
    done = subprocess.run(
        [python, "-m", module, *map(str, words)], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{module} failed: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
