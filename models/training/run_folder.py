"""A run's folder: all that is needed to go on with it, to repeat it, and to export it."""

import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from .errors import BadRun

_DESCRIPTION = "run.json"
_PACKAGES = (
    "keras", "tensorflow-cpu", "tensorflow", "jax", "jaxlib", "torch", "numpy",
    "opencv-python-headless", "dcf-detect",
)  # fmt: skip


class DataNote(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt from.

    Attributes:
        folder: Where it lay.
        measured_folder: Where the pictures lay that are measured on; empty for the same place.
        sha256: Digest of pictures and annotations, hexadecimal.
        pictures: Number of pictures that are learnt from.
        measured: Number of others, which are measured on.
        set_aside: Number of rows that could not be used.
        max_bad: How many may be, as ``--max-bad`` says it.
    """

    folder: str
    measured_folder: str = ""
    sha256: str
    pictures: int
    measured: int
    set_aside: int
    max_bad: str = "1%"


class RunNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is written down of a run when it starts.

    Attributes:
        format: Version of this format.
        network: The network, by its name in the catalogue.
        anchors: Its anchor set.
        labels: Name of each column.
        class_ids: Class id of each column.
        start: What the weights were at the start, for people.
        license: SPDX identifier of the licence of those weights.
        seed: What everything drawn is drawn from.
        deterministic: Whether the same seed gives the same weights, bit for bit.
        data: What was learnt from.
        backend: What Keras ran on.
        commit: The code's commit; empty outside a checkout.
        versions: Version of each library that counts.
        machine: Processor and system.
    """

    format: int = 1
    network: str
    anchors: str
    labels: tuple[str, ...]
    class_ids: tuple[int, ...]
    start: str
    license: str
    seed: int
    deterministic: bool
    data: DataNote
    backend: str
    commit: str
    versions: dict[str, str]
    machine: str


class RunFolder:
    """The files of a run.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe = folder / "train.yaml"
        self.pictures = folder / "pictures.txt"
        self.checkpoint = folder / "checkpoint.npz"
        self.best = folder / "best.npz"
        self.figures = folder / "figures.jsonl"
        self.curve = folder / "curve.png"
        self.events = folder / "events"

    def create(self, note: RunNote, recipe: str, pictures: str) -> None:
        """Writes down what a new run is.

        Args:
            note: What it is.
            recipe: Its hyper-parameters.
            pictures: Marks of the pictures that are learnt from, see ``picture_marks``.

        Raises:
            BadRun: The folder has something already.
        """
        self.refuse_taken()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.recipe.write_text(recipe)
        self.pictures.write_text(pictures)
        content = msgspec.json.format(msgspec.json.encode(note), indent=2)
        (self.folder / _DESCRIPTION).write_bytes(content + b"\n")

    def refuse_taken(self) -> None:
        """Refuses a place whose content would be lost.

        Raises:
            BadRun: It is a file, or a folder that has something already.
        """
        if not self.folder.exists():
            return
        if not self.folder.is_dir() or any(self.folder.iterdir()):
            raise BadRun(
                f"{self.folder} is taken: choose another --out, or go on with that run by --resume"
            )

    def note(self) -> RunNote:
        """What was written down.

        Raises:
            BadRun: The folder is no run.
        """
        file = self.folder / _DESCRIPTION
        try:
            return msgspec.json.decode(file.read_bytes(), type=RunNote)
        except OSError as error:
            raise BadRun(
                f"{self.folder} is no run: it has no {_DESCRIPTION}, which `ssd train` writes"
            ) from error
        except msgspec.MsgspecError as error:
            raise BadRun(f"{file} is not usable: {error}") from error

    def add_figures(self, figures: Mapping[str, float]) -> None:
        """Appends a line to the run's figures."""
        with self.figures.open("a") as stream:
            stream.write(json.dumps(dict(figures)) + "\n")

    def read_figures(self) -> list[dict[str, float]]:
        """All lines of the run's figures; none before the first epoch."""
        if not self.figures.is_file():
            return []
        return [json.loads(line) for line in self.figures.read_text().splitlines()]


def commit_now() -> str:
    """The commit of this code, with ``-dirty`` where it was changed; empty outside a checkout."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--match=-", "--dirty"],
            cwd=Path(__file__).parent, capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


def versions_now() -> dict[str, str]:
    """Version of each library that counts, as far as they are installed."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
