"""A model as a cloud function: the handler of its framework, the weights, and what runs them."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import yaml
from mnist.digits import read_digits
from mnist.progress import say
from mnist.training import write_pictures

from .best import BEST
from .record import FlowError, digest_of, read_record, read_records

EXAMPLES = Path(__file__).parents[1]
NAME = "mnist"
SERVED = "served.jsonl"
_PICTURES = 10
_LEFT = ("model", "weights.pt", "out", "train.py", "Dockerfile*", "*.whl", "__pycache__")


def chosen(out, name):
    """The record of the model to serve: the one named, else the best.

    Raises:
        FlowError: There is none of that name, or none was found yet.
    """
    if name:
        known = {each.name: each for each in read_records(out)}
        if name not in known:
            there = ", ".join(known) or "none"
            raise FlowError(f"{out} has no model {name[:60]} that is done; there: {there}")
        return known[name]
    if not (out / BEST).is_file():
        raise FlowError(f"{out / BEST} is not there: run `--mode find_best_model` first")
    return read_record(out / BEST)


def serve(out, data, name=""):
    """Writes a model's cloud function into `export/`, and says how it is deployed and called.

    Args:
        out: Folder of the flow.
        data: Folder of MNIST's files: some of the test digits become pictures to call it with.
        name: The model; the best where empty.

    Returns:
        The function's folder.

    Raises:
        FlowError: There is no such model, or its weights are not those that were judged.
    """
    record = chosen(out, name)
    weights = record.folder(out) / record.weights
    if not weights.exists() or digest_of(weights) != record.sha256:
        raise FlowError(
            f"{weights} is not what trial {record.name} wrote: serve another one, or train again"
        )
    config = _function(out / "function", record, weights)
    command = [sys.executable, "-m", "dcf", "export", "--target", "cloud-functions", "--config",
               config, "--out", out.resolve() / "export", "--allow-outside", "--force"]  # fmt: skip
    done = subprocess.run(command, cwd=EXAMPLES.parent, check=False)
    if done.returncode != 0:
        raise FlowError(f"`dcf export` ended with {done.returncode}; what it said is above")
    shutil.rmtree(out / "digits", ignore_errors=True)
    write_pictures(out / "digits", read_digits(data).held_out, _PICTURES)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with (out / SERVED).open("a") as log:
        log.write(json.dumps({"model": record.name, "sha256": record.sha256, "at": now}))
        log.write("\n")
    folder = (out / "export" / NAME).resolve()
    _say_how(folder, min((out / "digits").iterdir()).resolve(), record)
    return folder


def _function(folder, record, weights):
    """The function as it is in the examples, with these weights; its config file."""
    shutil.rmtree(folder, ignore_errors=True)
    package = f"mnist_{record.framework}"
    ignored = shutil.ignore_patterns(*_LEFT)
    shutil.copytree(EXAMPLES / package, folder / package, ignore=ignored)
    (folder / "mnist").mkdir()
    for name in ("__init__.py", "picture.py"):
        shutil.copyfile(EXAMPLES / "mnist" / name, folder / "mnist" / name)
    place = folder / package / record.weights
    (shutil.copytree if weights.is_dir() else shutil.copyfile)(weights, place)
    config = folder / package / "config.yaml"
    document = yaml.safe_load(config.read_text())
    # One name for both frameworks: callers need not know which one answers.
    (function,) = document["functions"].values()
    document["functions"] = {NAME: function}
    config.write_text(yaml.safe_dump(document, sort_keys=False))
    return config.resolve()


def _say_how(folder, picture, record):
    say(f"{record.name}, {record.accuracy:.4f}; here, without Google:")
    say(f"  cd {folder} && python3.11 -m venv .venv && .venv/bin/pip install -r requirements.txt")
    say("  .venv/bin/functions-framework --target answer --port 8080")
    say(f"  curl --data-binary @{picture} http://127.0.0.1:8080/")
