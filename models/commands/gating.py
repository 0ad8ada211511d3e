"""Gating a model: the options of it that verbs share, and what they do with them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .data_sets.choice import FOLDER, Choice, data_set_choice
from .numbers import Whole
from .printing import write_line, write_note
from .progress import Progress
from .serving import model_served

if TYPE_CHECKING:
    from ..delivery.function import Function
    from ..registry.gate.contestants import Contestant
    from ..registry.gate.measuring import Outcome, Task
    from ..registry.gate.rules import Rules
    from ..registry.gate.verdict import Check
    from ..registry.registry import Registry


class Gating(NamedTuple):
    """How a candidate is judged, as a person wrote it.

    Attributes:
        data: The data set; None where none was named.
        choice: How it is read.
        against: What it is held against.
        rules: File of rules.
        out: Folder for the verdict.
        golden: Data set of pictures that may not be lost.
        run: Folder of the candidate's run.
        unknown_data: Whether it may pass though nobody knows what it learnt from.
        samples: Draws of the bootstrap.
    """

    data: Path | str | None
    choice: Choice
    against: str
    rules: Path | None
    out: Path | None
    golden: Path | None
    run: Path | None
    unknown_data: bool
    samples: int

    def against_served(self, function: "Function", models: "Registry") -> "Gating":
        """This, but held against what a function really serves, where the registry has that.

        Args:
            function: Whose gateway is asked; not where a person named another model.
            models: Has what it is held against.
        """
        from ..registry.gate.contestants import SERVING

        ours = model_served(function, models) if self.against == SERVING else ""
        return self._replace(against=ours) if ours else self

    def judge(self, ours: "Contestant", models: "Registry") -> bool:
        """Judges a candidate, tells and keeps the verdict, and gives whether it passed.

        Args:
            ours: The candidate.
            models: Keeps the verdict, and has what it is held against.
        """
        from ..registry.gate.contestants import SERVING, serving_contestant
        from ..registry.gate.verdict import judge

        assert self.data is not None, "nothing to judge it by"
        rules = self._rules()
        with serving_contestant(self.against, models) as theirs:
            if theirs is None:
                write_note(f"no model has the tag {SERVING}: held against floors")
            elif self.against == SERVING and theirs.model_id:
                write_note(f"held against {theirs.name}, which has the tag {SERVING}")
            outcome = self._measure(ours, theirs, rules)
        checks = judge(outcome.compared, rules)
        self._keep(models, outcome, checks, rules)
        _tell(outcome, checks)
        return all(check.passed for check in checks)

    def _rules(self) -> "Rules":
        import msgspec

        from ..registry.gate.rules import Data, Rules, read_rules

        rules = Rules() if self.rules is None else read_rules(self.rules)
        if not self.unknown_data:
            return rules
        return msgspec.structs.replace(rules, data=Data(unknown=True))

    def _measure(
        self, ours: "Contestant", theirs: "Contestant | None", rules: "Rules"
    ) -> "Outcome":
        from ..registry.gate.measuring import Task, measure

        assert self.data is not None
        data, lost = self.choice.read(self.data), Choice(max_bad=self.choice.max_bad)
        golden = None if self.golden is None else lost.read(self.golden)
        task = Task(ours, theirs, data, rules, golden, self.samples)
        with _counted(task) as progress:
            return measure(task, progress)

    def _keep(
        self, models: "Registry", outcome: "Outcome", checks: tuple["Check", ...], rules: "Rules"
    ) -> None:
        """Writes the verdict into the registry, for `ssd deploy`, and where a person wants it."""
        from datetime import UTC, datetime

        from ..datasets.digest import digest_of
        from ..registry.errors import RegistryError
        from ..registry.gate.written import format_verdict

        made, folder = datetime.now(UTC).isoformat(timespec="seconds"), str(self.data)
        count = len(outcome.data.pictures)
        about = {
            "data": {"folder": folder, "sha256": digest_of(outcome.data), "pictures": count},
            "made": made,
        }
        content = format_verdict(outcome, checks, rules, about)
        try:
            models.verdicts.keep(content)
        except RegistryError as error:  # whoever may only read it has a verdict all the same
            write_note(f"the registry does not keep the verdict, --out does: {error.message}")
        if self.out is not None:
            about_page = f"{count:,} pictures of {folder}, {made}"
            _write(self.out, content, outcome, checks, about_page)


def gating_options(*, required: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds the gate's options to a verb, which gets them as ``gating``.

    Args:
        required: Whether a data set has to be named.
    """

    def add(verb: Callable[..., None]) -> Callable[..., None]:
        @click.option(
            "--against",
            default="serving",
            show_default=True,
            help="The model to hold it against: an id or tag of the registry, or a bundle.",
        )
        @click.option(
            "--data",
            "folder",
            required=required,
            type=FOLDER,
            help="Data set to judge it by: COCO, VOC or YOLO.",
        )
        @click.option(
            "--rules",
            "rules_file",
            type=click.Path(path_type=Path),
            help="gate.yaml.  [default: its defaults]",
        )
        @click.option(
            "--out",
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder for verdict.json and .html.",
        )
        @click.option(
            "--golden",
            type=FOLDER,
            help="Data set of pictures that may not be lost, if they are right now.",
        )
        @click.option(
            "--run",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Folder of the run that made CANDIDATE, for the pictures it learnt from.",
        )
        @click.option(
            "--unknown-data", is_flag=True, help="Let it pass though those are not known."
        )
        @click.option(
            "--samples",
            type=Whole(200, 100_000),
            default=2000,
            show_default=True,
            help="Draws of the bootstrap.",
        )
        @data_set_choice
        @wraps(verb)
        def chosen(  # noqa: PLR0913 # pylint: disable=too-many-arguments # one a flag
            *,
            choice: Choice,
            folder: Path | str | None,
            against: str,
            rules_file: Path | None,
            out: Path | None,
            golden: Path | None,
            run: Path | None,
            unknown_data: bool,
            samples: int,
            **others: Any,  # noqa: ANN401 - the verb's own
        ) -> None:
            gating = Gating(
                folder, choice, against, rules_file, out, golden, run, unknown_data, samples
            )
            verb(gating=gating, **others)

        return chosen

    return add


@contextmanager
def _counted(task: "Task") -> Iterator[Any]:
    """Progress on stderr, one line for each kind of thing."""
    bars: dict[str, Progress] = {}
    whole = {"pictures": len(task.data.pictures), "classes": len(task.data.names)}

    def progress(things: str, more: int) -> None:
        if things not in bars:
            for bar in bars.values():
                bar.end()
            bars[things] = Progress(things, whole[things])
        for _ in range(more):
            bars[things].add()

    try:
        yield progress
    finally:
        for bar in bars.values():
            bar.end()


def _write(
    out: Path, content: bytes, outcome: "Outcome", checks: tuple["Check", ...], about: str
) -> None:
    from ..datasets.files import write_whole
    from ..registry.gate.page import render_verdict

    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "verdict.json", content)
    write_whole(out / "verdict.html", render_verdict(outcome, checks, about).encode())
    write_note(f"{out / 'verdict.html'}: open it in a browser")


def _tell(outcome: "Outcome", checks: tuple["Check", ...]) -> None:
    if outcome.note:
        write_note(outcome.note)
    for check in checks:
        write_line(f"{'holds' if check.passed else 'FAILS':<6}{check.rule:<12}{check.said}")
    passed = all(check.passed for check in checks)
    write_line(f"{outcome.compared.candidate.name} {'passes' if passed else 'is refused'}")
