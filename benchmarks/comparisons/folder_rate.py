"""`ssd predict` over a folder, in pictures a second, against the watcher's calls at concurrency 8.

What a start takes is left out: a small folder and a large one are answered, and the difference of
both counts is divided by the difference of their times.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparisons.command_start import seconds_of
from benchmarks.harness.bars import Finding, at_least
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row
from benchmarks.harness.server_load import serve_load
from benchmarks.harness.watcher_program import WatcherProgram

_FEW = 30
_A_SECOND = 150
"""Pictures of the large folder for each second of a round: about what two cores answer."""


def measure(plan: Plan) -> Finding:
    """Pictures a second of the command over calls a second of the watcher."""
    many = _FEW + round(plan.seconds * _A_SECOND)
    with tempfile.TemporaryDirectory() as scratch, WatcherProgram(plan) as watcher:
        folders = {count: folder_of(Path(scratch), plan.photos, count) for count in (_FEW, many)}
        watcher.wait_ready()
        requests = [watcher.address.request(photo.read_bytes()) for photo in plan.photos]

        def served() -> float:
            load = serve_load(watcher, watcher.address.port, requests, plan, plan.seconds)
            return load.adjusted_rate(usable_cores())

        def predicted() -> float:
            few, all_ = (seconds_of(command(plan, folders[count]), 1) for count in (_FEW, many))
            return (many - _FEW) / (all_ - few)

        served()
        rounds = [Round(*pair) for pair in alternate(plan.rounds, predicted, served)]
    return finding(rounds)


def folder_of(scratch: Path, photos: Sequence[Path], count: int) -> Path:
    """A folder with the photos in turn, so many in all."""
    folder = scratch / str(count)
    folder.mkdir()
    for at in range(count):
        photo = photos[at % len(photos)]
        (folder / f"{at}{photo.suffix}").symlink_to(photo)
    return folder


def command(plan: Plan, folder: Path) -> list[str]:
    """The command line, with the threshold that calls have."""
    return [
        str(Path(plan.python).with_name("ssd")), "predict", "--images", str(folder),
        "--out", str(folder.with_suffix(".csv")), "--format", "csv", "--bundle", str(plan.bundle),
    ]  # fmt: skip


def finding(rounds: Sequence[Round]) -> Finding:
    """The row and details of rates, the command first."""
    title = "ssd predict, pictures/s / HTTP calls/s"
    row = ratio_row(title, rounds, at_least(0.95), "pictures/s", 0)
    return Finding((row,), {"rates": by_side(rounds, "predict", "watcher")})
