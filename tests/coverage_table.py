"""Prints what the tests reach, room by room, and fails below the floors of `tests/coverage.txt`.

A floor is the value a room had when it landed, in per cent of lines and branches; it never falls.
Call with what `coverage json` wrote; `--write` sets the floors that have risen.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

FLOORS = Path(__file__).with_name("coverage.txt")
# What must not break has its own row beside its room's.
OWN_ROWS = (
    "dcf/providers/rollout", "dcf/gateway/queue", "watcher/runner.py", "handler/payload.py",
    "models/ssd/boxes.py",
)  # fmt: skip
_SLACK = 0.5  # what two runs of the same tests differ by: threads and time-outs take turns


def rows_of(file: str) -> set[str]:
    """The rows a file counts in: its room, two folders deep, and those of its own."""
    parts = Path(file).parts
    own = {row for row in OWN_ROWS if file == row or file.startswith(f"{row}/")}
    return own | {"/".join(parts[: min(2, len(parts) - 1)])}


def measured(report: dict[str, object]) -> dict[str, float]:
    """Per cent of lines and branches that were reached, by row."""
    reached: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    files = report["files"]
    assert isinstance(files, dict)
    for file, found in files.items():
        summary = found["summary"]
        for row in rows_of(file):
            reached[row] += summary["covered_lines"] + summary.get("covered_branches", 0)
            there[row] += summary["num_statements"] + summary.get("num_branches", 0)
    return {row: 100 * reached[row] / there[row] for row in sorted(there) if there[row]}


def floors() -> dict[str, float]:
    """The least a row may have."""
    lines = FLOORS.read_text("utf-8").splitlines() if FLOORS.is_file() else []
    return {row: float(value) for value, row in (line.split() for line in lines)}


def main(file: str, *flags: str) -> int:
    """Prints the table; 1 if a row fell below its floor."""
    found, least = measured(json.loads(Path(file).read_text("utf-8"))), floors()
    fallen = [row for row, value in found.items() if value < least.get(row, 0) - _SLACK]
    print(f"{'reached':>7}  {'floor':>5}  room")
    for row, value in found.items():
        print(f"{value:7.1f}  {least.get(row, 0):5.1f}  {row}{'  FELL' if row in fallen else ''}")
    if "--write" in flags:
        risen = {row: max(value, least.get(row, 0)) for row, value in found.items()}
        FLOORS.write_text("".join(f"{value:.1f} {row}\n" for row, value in risen.items()), "utf-8")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
