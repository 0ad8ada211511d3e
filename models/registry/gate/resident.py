"""How much memory a model takes: a process of its own answers pictures and tells its peak.

``python -m ...resident BUNDLE`` reads paths of pictures, a line each, and prints bytes.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ...ssd.errors import ModelError
from ..errors import RegistryError

_PEAK = "VmHWM:"
_LONGEST_S = 600


def greatest_memory(bundle: Path, pictures: Sequence[Path]) -> int:
    """Greatest resident memory of a process that loads a model and answers pictures.

    Args:
        bundle: The model's folder.
        pictures: The pictures.

    Returns:
        Bytes.

    Raises:
        RegistryError: The process failed; says how.
    """
    listed = "".join(f"{os.fspath(each.resolve())}\0" for each in pictures)
    found_by = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(bundle.resolve())],
        input=listed.encode("utf-8", "surrogateescape"), capture_output=True, check=False,
        timeout=_LONGEST_S, env=found_by,
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise RegistryError(
            f"{bundle.name} could not be measured in a process of its own, which ended with "
            f"{done.returncode} and said: {said[-1]}"
        )
    return int(done.stdout)


def peak() -> int:
    """Greatest resident memory of this process so far, in bytes, as Linux counts it.

    ``getrusage`` would do elsewhere, but on Linux it includes what the parent had at the start.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith(_PEAK))
    return int(line.split()[1]) * 1024


def main() -> int:
    """Answers what is asked on stdin."""
    from ...ssd.detector import Detector

    paths = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\0")
    try:
        detector = Detector(Path(sys.argv[1]), pool_size=1)
        for path in paths[:-1]:
            detector.detect(Path(path).read_bytes())
    except (ModelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{peak()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
