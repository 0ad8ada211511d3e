"""Learns from /DATA/train: unpacks, divides, trains, and leaves the model in /USER/model.

Started again it goes on where it was ended.
"""

import json
import re
import shutil
import sys
from argparse import Namespace
from pathlib import Path

import challenge
import estimate
import yaml
from challenge import Folders, call, command

_BY = {"picture": (), "city": ("--by-part", "_:1")}
"""A name is 20201102_CITY_...: the city is its second part."""
_EPOCH = re.compile(r"epoch \d+ done")


def main() -> None:
    """Trains."""
    asked = _asked()
    folders = Folders(asked.data, asked.user)
    data = _data_set(folders, asked)
    folders.user.mkdir(parents=True, exist_ok=True)
    status = _train(folders, data, asked)
    if status:
        sys.exit(status)
    _export(folders, asked.precision)


def _asked() -> Namespace:
    parser = challenge.arguments(__doc__)
    parser.add_argument(
        "--split", choices=list(_BY), default="picture", help="what stays in one part"
    )
    parser.add_argument("--shares", default="90/10", help="of train and val")
    parser.add_argument("--config", type=Path, default=challenge.HERE / "train.yaml")
    parser.add_argument("--precision", choices=["int8", "float32"], default="int8")
    parser.add_argument("--max-bad", default="1%", help="bad rows that Train.json may have")
    duration = challenge.duration
    parser.add_argument(
        "--time-limit",
        type=duration,
        default="35h",
        help="training ends then, with the best weights",
    )
    parser.add_argument("--training-limit", type=duration, default="36h", help="for the estimate")
    parser.add_argument("--prediction-limit", type=duration, default="3h", help="for the estimate")
    parser.add_argument(
        "--factor", type=float, help="how many times as fast as this machine the challenge's is"
    )
    asked = parser.parse_args()
    if asked.factor is not None and not 0 < asked.factor < float("inf"):
        parser.error(f"--factor is {asked.factor:g}: it is a number above 0, such as 5")
    return asked


def _data_set(folders: Folders, asked: Namespace) -> Path:
    """The data set of a run that was begun, else one made now."""
    train = folders.part("train")
    place = folders.user / f"dataset-{asked.split}"
    if (folders.run / "run.json").is_file():
        known = folders.data_set()
        if known != place.resolve():
            challenge.say(f"{folders.run} goes on with {known}, not by --split {asked.split}")
        return known
    if not place.is_dir():
        call(
            "data", "split", "--images", train / "images", "--annotations",
            train / challenge.LABELS, "--names", challenge.NAMES, "--shares", asked.shares,
            *_BY[asked.split], "--max-bad", asked.max_bad, "--links", "--out", place,
        )  # fmt: skip
    return place


def _train(folders: Folders, data: Path, asked: Namespace) -> int:
    """Trains or goes on; the status of `ssd train`."""
    run = folders.run
    known = (run / "run.json").is_file()
    left = asked.time_limit - _spent(run)
    if left <= 0:
        challenge.say(f"the time of --time-limit is over: {run} stays as it is")
        return 0
    words = ("--resume", run) if known else ("--data", data, "--out", run, "--config", asked.config)
    pictures = sorted((data / "images").iterdir())[:64]
    hear = _Hearing(folders, estimate.seconds_a_picture(pictures), asked)
    return challenge.run(command("train", *words, "--time-limit", f"{left:.0f}s"), hear)


class _Hearing:
    """Passes on what `ssd train` says; adds the estimate after the first epoch."""

    def __init__(self, folders: Folders, each: float, asked: Namespace) -> None:
        self._folders, self._each, self._asked = folders, each, asked
        self._told = False

    def __call__(self, line: str) -> None:
        challenge.say(line)
        if not self._told and _EPOCH.match(line):
            self._told = True
            for told in _estimate(self._folders, self._each, self._asked):
                challenge.say(told)


def _spent(run: Path) -> float:
    """Seconds that a run has taken before."""
    file = run / "figures.jsonl"
    lines = file.read_text().splitlines() if file.is_file() else []
    return float(json.loads(lines[-1])["seconds"]) if lines else 0.0


def _estimate(folders: Folders, each: float, asked: Namespace) -> list[str]:
    other = estimate.machine(asked.factor)
    epochs = yaml.safe_load((folders.run / "train.yaml").read_text("utf-8"))["epochs"]
    lines = estimate.of_training(folders.run, epochs, asked.training_limit, other)
    information = folders.information()
    if information is not None:
        count = len(json.loads(information.read_text("utf-8-sig"))["images"])
        network = json.loads((folders.run / "run.json").read_text("utf-8"))["network"]
        each *= estimate.cost(network, asked.precision)
        lines += estimate.of_prediction(count, each, asked.prediction_limit, other)
    return lines


def _export(folders: Folders, precision: str) -> None:
    """The best weights as a model; the one before stays until the new one is complete."""
    fresh = folders.user / "model.new"
    shutil.rmtree(fresh, ignore_errors=True)
    cache = folders.user / "cache"
    call(
        "export", folders.run, "--precision", precision, "--out", fresh, "--name", "parking",
        "--cache", cache,
    )  # fmt: skip
    shutil.rmtree(folders.model, ignore_errors=True)
    fresh.rename(folders.model)
    challenge.say(f"{folders.model}: python val.py measures it, python predict.py answers with it")


if __name__ == "__main__":
    main()
