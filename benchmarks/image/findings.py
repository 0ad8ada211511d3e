"""Rows of what was measured of the images."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.rounds import Round, median_ratio, spread
from benchmarks.image.engine import Build, Start

# How a layer is known by what made it, and what it holds; the first that fits.
_PARTS = (
    ("serving.txt", "the detector's packages"),
    ("/dcf/models", "own code and model"),
    ("/dcf/handler", "own code and model"),
    ("/opt/dcf/watcher", "own code and model"),
    ("watcher.txt", "the watcher's packages"),
    ("debian.sh", "Python, certificates"),
)
# The largest packages, and the folders that are theirs.
_PACKAGES = {
    "OpenCV": ("cv2", "opencv_python_headless.libs"),
    "numpy": ("numpy", "numpy.libs"),
    "Pillow": ("PIL", "pillow.libs"),
    "gRPC": ("grpc",),
    "LiteRT": ("ai_edge_litert",),
}


def sizes(
    image: str, total: float, layers: Sequence[tuple[str, float]], packages: Mapping[str, float]
) -> Finding:
    """Where an image's size comes from.

    Args:
        image: Its name.
        total: MB.
        layers: What made each, and its MB, the lowest first.
        packages: MB by folder of Python's packages.
    """
    parts: dict[str, float] = {}
    for by, megabytes in layers:
        part = next((name for word, name in _PARTS if word in by), "the base" if not parts else "")
        if part:
            parts[part] = parts.get(part, 0) + megabytes
    bar = at_most(400) if image.endswith("ssd") else None
    rows = [Row(f"{image}: size", total, "MB", bar)]
    if bar:
        largest = {
            name: sum(packages.get(folder, 0) for folder in folders)
            for name, folders in _PACKAGES.items()
        }
        note = ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in largest.items())
        rows += [
            Row(f"  of it: {name}", megabytes, "MB", None,
                f"the largest, wherever they lie: {note}" if "detector" in name else "")
            for name, megabytes in sorted(parts.items(), key=lambda part: -part[1])
        ]  # fmt: skip
    details = {"parts": parts, "layers": [list(each) for each in layers], "packages": packages}
    return Finding(tuple(rows), dict(details))


def builds(cold: Build, edited: Build, same: Build) -> Finding:
    """How long a build takes: nothing cached but downloads, after an edit, after none."""
    rows = (
        Row("build: all of it", cold.seconds, "s", None,
            f"{cold.steps} steps; packages of Python are downloaded already"),
        Row("build: after an edit of the handler", edited.seconds, "s", None,
            f"{edited.steps} steps; {same.seconds:.1f} s where nothing has changed"),
    )  # fmt: skip
    return Finding(rows, {"cold": vars(cold), "edited": vars(edited), "same": vars(same)})


def starts(image: str, taken: Sequence[tuple[Start, float]]) -> Finding:
    """Rounds of a container's first answer, and of one that runs `true` and nothing else."""
    rounds = [Round(start.answered, empty) for start, empty in taken]
    answered = statistics.median(start.answered for start, _ in taken)
    ready = statistics.median(start.ready for start, _ in taken)
    empty = statistics.median(seconds for _, seconds in taken)
    rows = (
        Row(f"{image}: docker run to the first answer", answered, "s", None,
            f"{spread([start.answered for start, _ in taken])}; ready after {ready:.2f} s"),
        Row("  of a container that runs `true`", median_ratio(rounds), "", None,
            f"{empty:.2f} s to its end: what the engine itself takes"),
    )  # fmt: skip
    details = [
        {"answered": each.answered, "ready": each.ready, "empty": none} for each, none in taken
    ]
    return Finding(rows, {"starts": details})


def memory(image: str, first: tuple[float, float], loaded: tuple[float, float] | None) -> Finding:
    """MB of the process and the most of its group: after the first answer, and after a load."""
    rows = [
        Row(f"{image}: memory after the first answer", first[0], "MB", None,
            f"of the process; its group had {first[1]:.0f} MB at most, "
            "less the files that others read before"),
    ]  # fmt: skip
    if loaded:
        rows.append(
            Row("  after 48 photos of 12 megapixels, 8 at once", loaded[1], "MB", at_most(256),
                f"of the group at most; the process has {loaded[0]:.0f} MB then")
        )  # fmt: skip
    return Finding(tuple(rows), {"first": first, "loaded": loaded})
