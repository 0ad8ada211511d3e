"""Stands in for `ssd train` and `ssd export`: the same words, files and signals, without a network.

What becomes of a trial is said by `standin.json` in the data set's folder, by the trial's number:
`crash`, `killed`, `nan`, `blind` (nothing is measured), or `hold`, which waits in epoch 2 for a
signal when the run is new.
"""

import argparse
import json
import math
import os
import shutil
import signal
import sys
from pathlib import Path

import yaml


def main():
    verb, *words = sys.argv[1:]
    reader = argparse.ArgumentParser()
    for name in ("data", "out", "config", "resume", "validation", "max-bad", "track", "precision",
                 "cache"):  # fmt: skip
        reader.add_argument(f"--{name}")
    reader.add_argument("run", nargs="?")
    asked = reader.parse_args(words)
    (export if verb == "export" else train)(asked)


def train(asked):
    new = asked.resume is None
    run = Path(asked.out if new else asked.resume)
    if new:
        assert not run.exists(), f"{run} is taken"
        run.mkdir()
        shutil.copyfile(asked.config, run / "train.yaml")
        (run / "run.json").write_text(json.dumps({"data": asked.data, "words": sys.argv[1:]}))
    recipe = yaml.safe_load((run / "train.yaml").read_text())
    known = json.loads((Path(asked.data) / "standin.json").read_text())
    act = known.get(run.name.rpartition("-")[2], "")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _frame: sys.exit(128 + got))
    checkpoint = run / "checkpoint.npz"
    begun = int(checkpoint.read_text()) if checkpoint.exists() else 0
    for epoch in range(begun + 1, recipe["epochs"] + 1):
        with (run / "starts.txt").open("a") as stream:
            stream.write(f"{epoch} {'new' if new else 'resumed'}\n")
        if epoch == 2:
            misfortune(act, new)
        row = {"epoch": epoch, "loss": 1.0, "mAP": score(recipe, epoch)}
        if act == "blind":
            del row["mAP"]
        with (run / "figures.jsonl").open("a") as stream:
            stream.write(json.dumps(row) + "\n")
        checkpoint.write_text(str(epoch))


def misfortune(act, new):
    if act == "crash":
        raise ZeroDivisionError("a fault of the program")
    if act == "nan":
        sys.exit("Error: the loss is nan at step 7 of epoch 2: lower rate.peak")
    if act == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if act == "hold" and new:
        print("epoch 2/3, 50%, loss 1.000, 7.0 pictures/s, 0:09 left", flush=True)
        signal.pause()


def score(recipe, epoch):
    """Best at a rate of 1e-3, and better with every epoch."""
    off = abs(math.log10(recipe["rate"]["peak"]) + 3)
    return round(max(0.0, 0.8 - 0.4 * off) * epoch / recipe["epochs"], 4)


def export(asked):
    recipe = yaml.safe_load((Path(asked.run) / "train.yaml").read_text())
    out = Path(asked.out)
    assert not out.exists(), f"{out} is taken"
    out.mkdir()
    metrics = {"latency_ms": 2.0 * recipe["batch"], "mAP": 0.5}
    (out / "manifest.json").write_text(json.dumps({"metrics": metrics}))


if __name__ == "__main__":
    main()
