"""Reads requirements as pip does: `python -m dcf.providers.process.requirement_check FOLDER FILE`.

A program of its own, because it reads what somebody else wrote, and a pattern may take long on it.
"""

import json
import sys
import time
from pathlib import Path

from ...errors import RolloutFailed
from .confined import Bounds, Say, confined
from .requirement_files import refuse_outside

BOUNDS = Bounds(cpu_seconds=5, memory_bytes=1 << 29, file_bytes=0)
_LONGEST_SECONDS = 60.0


def main(folder: Path, requirements: Path) -> None:
    """Print a fault, or an empty answer."""

    def work(say: Say) -> None:
        try:
            refuse_outside(folder, requirements)
        except RolloutFailed as fault:
            say(fault.message)

    outcome = confined(work, BOUNDS, time.monotonic() + _LONGEST_SECONDS)
    faults = outcome.lines
    if outcome.ended_by:
        faults = [f"{requirements.name} is not installed: reading it took over {outcome.ended_by}"]
    sys.stdout.write(json.dumps({"fault": faults[0]} if faults else {}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
