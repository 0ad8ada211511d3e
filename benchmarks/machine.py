"""What the figures were measured on: without it no figure can be compared with another."""

import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

from benchmarks.plan import Plan

_LIBRARIES = ("ai-edge-litert", "numpy", "opencv-python-headless", "waitress", "aiohttp", "grpcio")


def describe(plan: Plan) -> dict[str, object]:
    """Machine, versions, load and model of a run, ready for JSON."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "usable_cores": len(os.sched_getaffinity(0)),
        "load_average_at_start": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "bundle": plan.bundle.name,
        "plan": {name: getattr(plan, name) for name in _AMOUNTS},
    }


_AMOUNTS = ("rounds", "calls", "seconds", "concurrency", "starts", "many", "original_calls")


def headline(about: dict[str, object]) -> str:
    """One line that says on what a run was measured."""
    return (
        f"{about['processor']}, {about['usable_cores']} cores usable, "
        f"load {about['load_average_at_start']:.1f} at the start, Python {about['python']}, "
        f"bundle {about['bundle']}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
