"""Unpacks one archive: `python -m dcf.providers.process.unpacking TAR FOLDER [attachment]`.

A program of its own, so that no archive costs the gateway more than a process to wait for. Its
answer is one line of JSON: how to start the code, which is compiled, too, and what to tell the
function's log, or a fault. An attachment is neither started nor compiled.
"""

import contextlib
import json
import os
import resource
import sys
import time
from dataclasses import astuple
from pathlib import Path

from ...archive import MAX_ARCHIVE_BYTES
from ...errors import ArchiveError
from ..packed.unpack import unpack, unpack_attachment
from .bytecode import compile_folder
from .confined import Bounds, Say, confined, lower_limit

LONGEST_SECONDS = 600.0
ATTACHMENT = "attachment"
BOUNDS = Bounds(cpu_seconds=60, memory_bytes=1 << 29, file_bytes=MAX_ARCHIVE_BYTES)
_OPEN_FILES = 256
# What is small is done soon, and somebody waits for it; anything larger lets calls go first.
_SMALL_BYTES = 1 << 20
_NICENESS = 5


def main(source: Path, target: Path, kind: str = "code") -> None:
    """Unpack `source` into `target`, which does not exist yet, and print the answer."""
    _limit(_NICENESS if source.stat().st_size > _SMALL_BYTES else 0)
    until = time.monotonic() + LONGEST_SECONDS

    def work(say: Say) -> None:
        try:
            if kind == ATTACHMENT:
                unpack_attachment(source, target)
                say(json.dumps({"note": ""}))
            else:
                say(json.dumps({"entry": astuple(unpack(source, target))}))
        except ArchiveError as fault:
            say(json.dumps({"fault": fault.message}))

    outcome = confined(work, BOUNDS, until)
    if outcome.ended_by:
        answer = {"fault": f"the archive cannot be unpacked: it took over {outcome.ended_by}"}
    else:
        answer = json.loads(outcome.lines[0])
    if "entry" in answer:
        answer["note"] = compile_folder(target, until)
    sys.stdout.write(json.dumps(answer) + "\n")


def _limit(niceness: int) -> None:
    os.nice(niceness)
    # If memory runs out, this is what the system is to end.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    lower_limit(resource.RLIMIT_CORE, 0)
    lower_limit(resource.RLIMIT_NOFILE, _OPEN_FILES)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
