"""The training loop, whatever the framework, and a report at its end.

The order of the digits follows from the seed and the epoch and nothing else, so that a run that was
interrupted and started again ends with the weights of one that was not.

A learner is what knows a framework: `name`, `device`, and
    learn(images, labels)     one step; its loss
    probabilities(images)     float32 [N, 10]
    save(file, told)          all that going on takes, with a text beside it
    restore(file)             back to that; the text
    export(folder)            what the handler reads; its name
where images are float32 [N, 28, 28], 0 for paper to 1 for ink, and labels uint8 [N].
"""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from PIL import Image

from .checkpoint import Checkpoint, Place, Plan, write_whole
from .digits import Digits, DigitsError, read_digits
from .progress import Clock, Stop, say

JUDGED_AT_ONCE = 500


def arguments(description, words=None):
    """The options of both examples.

    Args:
        description: What the program does.
        words: What is on the command line; the process's own where None.
    """
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--data", type=Path, default=Path("/data"), help="folder of the digits (/data)")
    add("--out", type=Path, default=Path("/out"), help="folder that keeps the results (/out)")
    add("--epochs", type=int, default=5, help="times that all digits are seen (5)")
    add("--batch", type=int, default=64, help="digits a step (64)")
    add("--rate", type=float, default=0.001, help="learning rate (0.001)")
    add("--hidden", type=int, default=64, help="width of the dense layer before the last (64)")
    add("--seed", type=int, default=1, help="of the weights and the order (1)")
    add("--limit", type=int, default=0, help="learn from so many digits only (0: all)")
    add("--pictures", type=int, default=0, help="write so many held-out digits as PNG, too (0)")
    return parser.parse_args(words)


def run(options, make_learner):
    """Trains, judges and writes, and ends the process.

    Args:
        options: of `arguments`.
        make_learner: Makes the learner of a seed, a rate and a width. It imports its framework,
            which takes seconds, after the signals are heard.
    """
    stop = Stop()
    try:
        check(options)
        split = read_digits(options.data)
        _, report = train(options, make_learner, split, stop)
        if report is None:
            sys.exit(128 + stop.signal)
        write_pictures(options.out / "held_out", split.held_out, options.pictures)
        say(
            f"held-out accuracy {report['accuracy']:.4f}; written: {report['weights']}, report.json"
        )
    except (DigitsError, OSError) as fault:
        sys.exit(f"error: {' '.join(str(fault).split())}")


def check(options):
    """Refuses options that cannot be, and makes the folder of the results.

    Raises:
        DigitsError: One cannot be.
    """
    for name in ("epochs", "batch", "rate", "hidden"):
        if getattr(options, name) <= 0:
            raise DigitsError(f"--{name} is {getattr(options, name)}; it must be over 0")
    options.out.mkdir(parents=True, exist_ok=True)
    if not os.access(options.out, os.W_OK | os.X_OK):  # else it would fail after the first epoch
        raise DigitsError(f"user {os.getuid()} may not write into {options.out}: chmod it before")


def train(options, make_learner, split, stop, seen=None):
    """Trains and judges, or goes on; `report.json` and what the handler reads are there at the end.

    Args:
        options: of `arguments`, checked.
        make_learner: As for `run`.
        split: The digits.
        stop: What a signal sets.
        seen: Called with the number of an epoch that is done, and its accuracy.

    Returns:
        The learner and the report; None in its place where the run was stopped.

    Raises:
        DigitsError: What is there already is of another plan.
    """
    learnt = _limited(split.learnt, options.limit, options.seed)
    counts = f"{len(learnt.labels)} digits to learn from, {len(split.held_out.labels)} held out"
    say(f"{split.origin}: {counts}")
    learner = make_learner(options.seed, options.rate, options.hidden)
    say(f"{learner.name} on {learner.device}")
    plan = Plan(
        options.epochs, options.batch, options.rate, options.seed, split.digest,
        len(learnt.labels), options.hidden,
    )  # fmt: skip
    checkpoint = Checkpoint(options.out / "checkpoint", plan)
    place = checkpoint.resume(learner)
    if place != Place():
        say(f"going on at epoch {place.epoch + 1}, step {place.step}")
    began = time.monotonic()
    place = _learn(learner, (learnt, split.held_out), checkpoint, place, stop, seen)
    if stop.signal:
        say(f"stopped at epoch {place.epoch + 1}, step {place.step}; start it again to go on")
        return learner, None
    report = _report(learner, split, plan)
    report["seconds"] = round(time.monotonic() - began, 1)
    report["weights"] = learner.export(options.out)
    write_whole(options.out / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    return learner, report


def _limited(digits, limit, seed):
    if not 0 < limit < len(digits.labels):
        return digits
    some = np.sort(np.random.default_rng(seed).permutation(len(digits.labels))[:limit])
    return Digits(digits.images[some], digits.labels[some])


def _learn(learner, digits, checkpoint, place, stop, seen):
    """Goes on from a place until the plan is done or the stop is heard; the place it came to."""
    learnt, held_out = digits
    plan = checkpoint.plan
    steps = -(-len(learnt.labels) // plan.batch)
    while place.epoch < plan.epochs and not stop.signal:
        order = np.random.default_rng([plan.seed, place.epoch]).permutation(len(learnt.labels))
        clock = Clock(f"epoch {place.epoch + 1}/{plan.epochs}", steps, plan.batch)
        while place.step < steps and not stop.signal:
            some = order[place.step * plan.batch : (place.step + 1) * plan.batch]
            loss = learner.learn(scaled(learnt.images[some]), learnt.labels[some])
            place = replace(place, step=place.step + 1)
            clock.tick(place.step, loss)
            checkpoint.save_now_and_then(learner, place)
        if place.step == steps:
            place = Place(place.epoch + 1, 0)
            right = accuracy(learner, held_out)
            clock.done(right)
        checkpoint.save(learner, place)
        if place.step == 0 and seen is not None:
            seen(place.epoch, right)
    return place


def scaled(images):
    """uint8 [N, 28, 28], 0 for paper to 255 for ink, to float32 in 0 to 1."""
    return images.astype(np.float32) / 255


def accuracy(learner, digits):
    """The share of digits that are told right, 0 to 1."""
    right = 0
    for start in range(0, len(digits.labels), JUDGED_AT_ONCE):
        part = slice(start, start + JUDGED_AT_ONCE)
        found = learner.probabilities(scaled(digits.images[part])).argmax(axis=1)
        right += int((found == digits.labels[part]).sum())
    return right / len(digits.labels)


def _report(learner, split, plan):
    return {
        "framework": learner.name,
        "device": learner.device,
        "digits": split.origin,
        "learnt": plan.learnt,
        "held_out": len(split.held_out.labels),
        "accuracy": accuracy(learner, split.held_out),
        "plan": asdict(plan),
    }


def write_pictures(folder, digits, count):
    """Held-out digits as files, `0000_7.png` and so on: such a folder as a judge has."""
    if not count:
        return
    folder.mkdir(exist_ok=True)
    last = len(digits.labels) - 1
    for index in np.linspace(0, last, min(count, last + 1)).astype(int):
        name = f"{index:04}_{digits.labels[index]}.png"
        Image.fromarray(digits.images[index]).save(folder / name)
