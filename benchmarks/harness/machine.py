"""What the figures were measured on: without it no figure can be compared with another."""

import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness.environment import plain_environment
from benchmarks.harness.plan import Plan

_LIBRARIES = ("ai-edge-litert", "numpy", "opencv-python-headless", "waitress", "aiohttp", "grpcio")
_AMOUNTS = ("rounds", "calls", "seconds", "concurrency", "starts", "many", "original_calls")
_ASK = (
    "import importlib.metadata as metadata, json;"
    "print(json.dumps({each.name: each.version for each in metadata.distributions()}))"
)


def describe(plan: Plan) -> dict[str, object]:
    """Machine, versions, load and model of a run, ready for JSON."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "usable_cores": usable_cores(),
        "load_average_at_start": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "bundle": plan.bundle.name,
        "plan": {name: getattr(plan, name) for name in _AMOUNTS},
    }


def headline(about: dict[str, object]) -> str:
    """One line that says on what a run was measured."""
    return (
        f"{about['processor']}, {about['usable_cores']} cores usable, "
        f"load {about['load_average_at_start']:.1f} at the start, Python {about['python']}, "
        f"bundle {about['bundle']}"
    )


def usable_cores() -> int:
    """Processors this process, and so everything it starts, may run on."""
    return len(os.sched_getaffinity(0))


def versions(python: Path, packages: Sequence[str]) -> dict[str, str]:
    """Versions of those packages that an interpreter has; none where there is none."""
    if not python.exists():
        return {}
    done = subprocess.run(
        [python, "-P", "-c", _ASK],
        env=plain_environment(), capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    installed: dict[str, str] = json.loads(done.stdout)
    # A package may call itself by either of two spellings that mean the same.
    found = {name.lower().replace("_", "-"): version for name, version in installed.items()}
    return {name: found[name] for name in packages if name in found}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
