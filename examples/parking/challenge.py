"""The challenge's folders and its limits, and the `ssd` programs that do the work."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

HERE = Path(__file__).parent
NAMES = HERE / "dataset.yaml"
LABELS = "label/Train.json"
INFORMATION = "Test_Images_Information.json"
MOST_OBJECTS = 50
MOST_BYTES = "19.9MB"
"""The challenge takes less than 20 MB."""
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Folders:
    """Where everything is.

    Attributes:
        data: What the challenge gives: pictures, annotations, zips.
        user: What is made of it: the data set, the run, the model, the answer.
    """

    data: Path
    user: Path

    @property
    def run(self) -> Path:
        """The training's folder."""
        return self.user / "run"

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.user / "model"

    @property
    def answer(self) -> Path:
        """What is handed in."""
        return self.user / "answer.json"

    def part(self, name: str) -> Path:
        """The folder ``train`` or ``test``; unpacked from its zip where it is missing.

        Where the challenge's folder cannot be written, it is unpacked to the user's.
        """
        places = (self.data / name, self.user / "DATA" / name)
        for place in places:
            if (place / "images").is_dir():
                return place
        archive = self.data / f"{name}.zip"
        if not archive.is_file():
            sys.exit(
                f"neither {places[0] / 'images'} nor {archive} is there: --data names a folder"
            )
        place = places[0] if os.access(self.data, os.W_OK) else places[1]
        place.parent.mkdir(parents=True, exist_ok=True)
        call("data", "unpack", archive, "--out", place)
        return place

    def information(self) -> Path | None:
        """The list of test pictures: beside the folder `test`, or in it; None where it is not."""
        places = (self.data / INFORMATION, self.data / "test" / INFORMATION)
        places += (self.user / "DATA" / "test" / INFORMATION,)
        return next((place for place in places if place.is_file()), None)

    def data_set(self) -> Path:
        """The data set that the run learns from."""
        note = self.run / "run.json"
        if not note.is_file():
            sys.exit(f"{self.run} has no run yet: python train.py makes one")
        return Path(json.loads(note.read_text("utf-8"))["data"]["folder"])

    def need_model(self) -> None:
        """Ends the program where nothing is trained yet."""
        if not self.model.is_dir():
            sys.exit(f"{self.model} is not there yet: python train.py makes it")


def arguments(description: str | None) -> ArgumentParser:
    """What all three programs take."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, default="/DATA", help="the challenge's folder")
    parser.add_argument("--user", type=Path, default="/USER", help="what is made goes here")
    return parser


def duration(text: str) -> float:
    """Seconds of ``90s``, ``12m`` or ``1.5h``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text.strip())
    if found is None or not float(found[1]):
        raise ArgumentTypeError(f"{text!r} is no time: write it as 90s, 12m or 1.5h")
    return float(found[1]) * _UNITS[found[2]]


def command(*words: Any) -> list[str]:
    """A line of `ssd`: the program beside this Python, else the one on PATH."""
    beside = Path(sys.executable).with_name("ssd")
    program = str(beside) if beside.is_file() else shutil.which("ssd")
    if program is None:
        sys.exit("there is no program `ssd` here: pip install -r requirements.txt")
    return [program, *map(str, words)]


def call(*words: Any) -> None:
    """Runs a verb of `ssd` to its end; ends this program with its status where it fails."""
    status = run(command(*words))
    if status:
        sys.exit(status)


def run(line: list[str], hear: Callable[[str], None] | None = None) -> int:
    """Runs a program; signals go to it, and this one waits until it has ended by them.

    Args:
        line: Its command line.
        hear: Called with each line of its stderr; None where that is this program's.

    Returns:
        Its status; 143 where SIGTERM ended it.
    """
    before: list[int] = []
    process: subprocess.Popen[str] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        before.append(number) if process is None else process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    # A session of its own: Ctrl-C reaches it once, by this program.
    process = subprocess.Popen(
        line,
        stderr=subprocess.PIPE if hear else None,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    with process:
        for number in before:
            process.send_signal(number)
        for said in process.stderr or ():
            if hear is not None:
                hear(said.rstrip("\n"))
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def say(line: str) -> None:
    """Tells a person something."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def become(*words: Any) -> None:
    """Goes on as a verb of `ssd`, which then gets the signals itself."""
    line = command(*words)
    os.execv(line[0], line)  # noqa: S606 - a list of words; no shell is wanted
