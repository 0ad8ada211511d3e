"""A search for the best network: each trial is a training run in a folder of its own.

Several may work on one search, of which `models/search` keeps the journal. A trial whose process
was ended is taken up by the next one that comes along, at its last checkpoint.
"""

import importlib
from importlib.util import find_spec

import numpy as np
from mnist.digits import Digits, Split, read_digits
from mnist.progress import Stop, say
from mnist.training import accuracy, arguments, check, train

from models.search.place import Place
from models.search.study import Study

from .record import FILE, FlowError, Record, digest_of, write_record
from .space import note_of

COMPARED = 6  # every sixth digit that MNIST gives to learn from: 10,000 of 60,000


class Pruned(Exception):
    """A trial is behind the others, and ends here."""


def search(options):
    """Runs trials until the search has as many as were asked for, or a signal ends it.

    Args:
        options: `out`, `framework`, `trials`, `epochs` and `space`, as main.py describes them.

    Returns:
        The number of that signal, or 0.

    Raises:
        FlowError: The framework is not installed, or every trial failed.
        DigitsError: There are no digits in `out/data`.
    """
    stop = Stop()
    make_learner = _learner_of(options.framework)
    digits = read_digits(options.out / "data")
    note = note_of(options, digits.digest)
    study = Study(Place.parse(str(options.out / note.experiment)), note)
    run = _TrialRun(study, make_learner, digits, stop)
    while not stop.signal and (claim := study.claim()) is not None:
        _try(study, claim, run)
    if not stop.signal and study.best() is None and not study.under_way():
        raise FlowError("no trial came to its end; the reasons are above")
    return stop.signal


def compared_split(digits):
    """The digits that MNIST gives to learn from, a sixth of them set apart to compare trials by.

    MNIST's own test digits stay out of it: what a choice was made by cannot judge it.
    """
    apart = np.zeros(len(digits.learnt.labels), bool)
    apart[np.random.default_rng(0).permutation(len(apart))[: max(1, len(apart) // COMPARED)]] = True
    learnt, judged = (
        Digits(digits.learnt.images[which], digits.learnt.labels[which])
        for which in (~apart, apart)
    )
    return Split(learnt, judged, digits.origin, digits.digest)


def _try(study, claim, run):
    """One trial: whatever becomes of it is written down, and the rest goes on."""
    say(f"{claim.id}: {'goes on with' if claim.resumed else 'tries'} {claim.values}")
    try:
        right = run(claim)
        if right is not None:  # else a signal ended it: whoever comes next goes on
            study.finish(claim, "complete", right)
    except Pruned as pruned:
        say(f"{claim.id}: {pruned}")
        study.finish(claim, "pruned")
    except Exception as fault:  # pylint: disable=broad-exception-caught # the next may go well
        why = f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]}"
        say(f"{claim.id} failed: {why}")
        study.finish(claim, "fail", why=why)
    finally:
        claim.lock.release()


class _TrialRun:
    """Trains what a trial says; its accuracy on the digits that trials are compared by."""

    def __init__(self, study, make_learner, digits, stop):
        self._study, self._make_learner, self._stop = study, make_learner, stop
        self._test, self._split = digits.held_out, compared_split(digits)

    def __call__(self, claim):
        base, folder = self._study.note.plan.base, self._study.folder.run(claim.id)
        words = [f"--{name}={value}" for name, value in claim.values.items()]
        options = arguments("", [*words, f"--out={folder}", f"--epochs={base.epochs}"])
        check(options)

        def seen(epoch, right):
            if self._study.report(claim, epoch, right) and epoch < options.epochs:
                raise Pruned(f"behind the others after {epoch} epochs: {right:.4f}")

        learner, report = train(options, self._make_learner, self._split, self._stop, seen)
        if report is None:
            return None
        weights = folder / report["weights"]
        record = Record(
            self._study.note.experiment, claim.number + 1, base.framework, report["accuracy"],
            accuracy(learner, self._test), len(self._split.held_out.labels), self._split.digest,
            weights.name, digest_of(weights), dict(claim.values),
        )  # fmt: skip
        write_record(record, folder / FILE)
        return record.accuracy


def _learner_of(framework):
    if find_spec(framework) is None:
        raise FlowError(f"{framework} is not installed: requirements-{framework}.txt has it")
    return importlib.import_module(f"mnist_{framework}.train").Learner
