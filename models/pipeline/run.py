"""A run of a pipeline: what the order says is done, and what is done is written down."""

import os
import shlex
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ..datasets.files import write_whole
from ..registry.registry import Registry
from .child import Program, run
from .description import Pipeline, Step
from .errors import PipelineError
from .looking import GAVE, Looker, given_by
from .machine import Begin, Choice, Ended, Finish, How, Noted, Order, Seen, Stage, Wish
from .masking import masked
from .page import render_page
from .reading import place_of
from .record import Outcome, Record, StepRecord, write_record
from .saying import Lines, Tail
from .signals import Signals
from .state import StateFolder
from .verbs import Kind, OptionsOf
from .words import words_of

_SIGNALLED = 128


class Tools(NamedTuple):
    """What a run is given.

    Attributes:
        command: The program that has the verbs.
        options_of: The options of a verb.
        open_registry: Opens the registry of a place.
        say: Tells a person a line.
    """

    command: tuple[str, ...]
    options_of: OptionsOf
    open_registry: Callable[[str], Registry]
    say: Callable[[str], None]


class Finished(NamedTuple):
    """How a run ended.

    Attributes:
        record: What happened.
        failed: The step that ended it; None where all are done.
        code: Exit status of the whole.
    """

    record: Record
    failed: StepRecord | None
    code: int


def run_pipeline(
    pipeline: Pipeline, folder: StateFolder, wishes: Mapping[str, Wish], tools: Tools
) -> Finished:
    """Runs every step that has to run.

    Args:
        pipeline: The steps.
        folder: Where what happens is written down.
        wishes: What a person asks of single steps.
        tools: What it takes.

    Raises:
        ModelError: Another run is at work, or an input of a step is missing.
    """
    with folder.alone() as lock:
        return _Run(pipeline, folder, tools, lock).run(wishes)


class _Run:
    """One run, from the lock to the page."""

    def __init__(self, pipeline: Pipeline, folder: StateFolder, tools: Tools, lock: int) -> None:
        self._pipeline, self._folder, self._tools, self._lock = pipeline, folder, tools, lock
        self._looker = Looker(pipeline, tools.options_of, tools.open_registry, tools.say)
        self._notes = folder.read()
        self._steps = {step.name: step for step in pipeline.steps}
        self._started, self._signals = time.monotonic(), Signals()
        self.record = Record(
            pipeline=str(pipeline.file),
            began=_now(),
            steps=[StepRecord(name=step.name, verb=step.words) for step in pipeline.steps],
        )
        self._told = {each.name: each for each in self.record.steps}

    def run(self, wishes: Mapping[str, Wish]) -> Finished:
        """Runs all that has to run, and writes down how it ended."""
        try:
            with self._signals.taken():
                failed = self._run_all(Order(tuple(self._steps), self._notes, wishes))
        except BaseException as error:
            self.record.ended = f"ended: {error or type(error).__name__}"
            raise
        finally:
            self._show()
        if not failed:
            return Finished(self.record, None, 0)
        last = self._signals.last
        return Finished(self.record, self._told[failed], _SIGNALLED + last if last else 1)

    def _run_all(self, order: Order) -> str:
        """Does what the order says; gives the step that ended it, or nothing."""
        action, seen = order.first(), Seen({}, {}, False)
        while not isinstance(action, Finish):
            step = self._steps[action.step]
            if self._signals.last:
                self.record.ended = f"stopped before {step.name}"
                return step.name
            if isinstance(action, Begin):
                action = order.after(Ended(self._do(step, action.choice, seen)))
                continue
            seen = self._look(step)
            action = order.after(seen)
            if order.choices[step.name].how is How.SKIP:
                self._skip(step, order.choices[step.name], seen)
        failed = action.failed
        self.record.ended = f"{failed}: {self._told[failed].outcome}" if failed else "done"
        return failed

    def _look(self, step: Step) -> Seen:
        given = given_by(self._pipeline.steps, self._notes)
        return self._looker.look(step, self._notes.get(step.name), given)

    def _skip(self, step: Step, choice: Choice, seen: Seen) -> None:
        told, noted = self._told[step.name], self._notes[step.name]
        told.outcome, told.why = Outcome.SKIPPED, choice.why
        told.inputs, told.outputs = dict(seen.inputs), dict(noted.outputs)
        told.pages = self._pages(step)
        if noted.inputs != seen.inputs:  # it was asked to be kept
            self._note(step, noted._replace(inputs=seen.inputs))
        self._tools.say(f"{step.name}: unchanged")
        self._show()

    def _do(self, step: Step, choice: Choice, seen: Seen) -> bool:
        """Runs a step; whether it did what it is for."""
        before = self._notes.get(step.name)
        if choice.clear and before:
            self._note(step, before._replace(stage=Stage.CLEARED))
            self._folder.put_aside(step.name, self._made(step, before, seen))
        if choice.how is How.ANEW:
            self._refuse_taken(step)
        self._note(step, Noted(Stage.BEGUN, seen.inputs, {}))
        told = self._told[step.name]
        told.outcome, told.why, told.began = Outcome.RUNS, choice.why, _now()
        told.inputs = dict(seen.inputs)
        given = given_by(self._pipeline.steps, self._notes)
        words = words_of(step, self._tools.options_of(step.words), choice.how, given)
        told.command = masked(shlex.join(("ssd", *words)))
        self._tools.say(f"{step.name}: {choice.why}: {told.command}")
        self._show()
        self._run_words(step, words, told)
        if told.outcome is Outcome.DONE:
            self._keep(step, told)
        self._tools.say(f"{step.name}: {told.outcome} after {told.took_s:.1f} s")
        self._show()
        return told.outcome is Outcome.DONE

    def _keep(self, step: Step, told: StepRecord) -> None:
        """Notes what a step made; a step that lacks some of it is not done, whatever it says."""
        told.outputs = self._looker.outputs(step, _gave(step, told.said))
        wanted = [option for option, _, _ in step.outputs()] + [GAVE] * step.verb.gives
        lacking = [option for option in wanted if option not in told.outputs]
        if lacking:
            told.outcome = Outcome.FAILED
            told.noted += f"\nit ended well, but made no {lacking[0]} that can be read"
            return
        told.pages = self._pages(step)
        self._note(step, Noted(Stage.DONE, told.inputs, told.outputs))

    def _pages(self, step: Step) -> list[str]:
        found = (
            page
            for _, kind, value in step.outputs()
            if kind is Kind.FOLDER
            for page in sorted(place_of(self._pipeline, value).glob("*.html"))
        )
        return [os.path.relpath(page, self._folder.folder.absolute()) for page in found]

    def _run_words(self, step: Step, words: tuple[str, ...], told: StepRecord) -> None:
        program = Program((*self._tools.command, *words), self._pipeline.folder, self._lock)
        log = self._folder.log_of(step.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        tails, lines = {True: Tail(), False: Tail()}, Lines(step.name, self._tools.say)
        began = time.monotonic()
        with log.open("wb") as stream:
            stream.write(f"$ {told.command}\n".encode("utf-8", "surrogateescape"))

            def hear(is_output: bool, piece: bytes) -> None:
                stream.write(piece)
                tails[is_output].add(piece)
                lines.add(piece)

            told.code = run(program, hear, self._signals)
        lines.end()
        told.took_s = round(time.monotonic() - began, 1)
        told.said, told.noted = tails[True].text(), tails[False].text()
        if not told.code:
            told.outcome = Outcome.DONE
        else:
            told.outcome = Outcome.STOPPED if self._signals.last else Outcome.FAILED

    def _made(self, step: Step, before: Noted, seen: Seen) -> list[Path]:
        """Where an earlier run of the step wrote; a place that is new to it is not its own."""
        return [
            place_of(self._pipeline, value)
            for option, kind, value in step.outputs()
            if kind is not Kind.PLACE and before.inputs.get(option) == seen.inputs[option]
        ]

    def _refuse_taken(self, step: Step) -> None:
        """What lies where a step is to write, and is not its own, is never touched."""
        for option, kind, value in step.outputs():
            path = place_of(self._pipeline, value)
            if kind is not Kind.PLACE and path.exists() and not _is_empty(path):
                raise PipelineError(
                    f"{step.name}: {option}: {value} is there already, and is not this step's: "
                    "choose another place, or move it away"
                )

    def _note(self, step: Step, noted: Noted) -> None:
        self._notes[step.name] = noted
        self._folder.write(self._notes)

    def _show(self) -> None:
        """Writes down what happened so far, for programs and for people."""
        self.record.took_s = round(time.monotonic() - self._started, 1)
        write_record(self.record, self._folder.record)
        write_whole(self._folder.page, render_page(self.record).encode())


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _gave(step: Step, said: str) -> str:
    return said.splitlines()[-1].strip() if step.verb.gives and said.strip() else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
