"""``ssd gate``: whether a candidate may take the place of the model that serves."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .data_sets.choice import FOLDER, Choice, data_set_choice
from .examples import examples
from .numbers import Whole
from .printing import write_line, write_note
from .progress import Progress
from .registry_place import open_registry, registry_option

if TYPE_CHECKING:
    from ..registry.gate.contestants import Contestant
    from ..registry.gate.measuring import Outcome, Task
    from ..registry.gate.rules import Rules
    from ..registry.gate.verdict import Check
    from ..registry.registry import Registry


@examples(
    "ssd gate digits-2 --data digits --split test",
    "ssd gate digits-2 --against digits-1 --data digits --rules gate.yaml --out verdict",
    "ssd gate runs/digits/int8 --run runs/digits --data digits --split test",
    "ssd gate ssdlite_mobilenet_v2_coco_int8 --against ssdlite_mobilenet_v2_coco --data coco "
    "--unknown-data",
)
@click.command(name="gate")
@click.argument("candidate")
@click.option(
    "--against",
    default="serving",
    show_default=True,
    help="The model to hold it against: an id or tag of the registry, or a bundle.",
)
@click.option("--data", "folder", required=True, type=FOLDER, help="Data set: COCO, VOC or YOLO.")
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
@click.option("--unknown-data", is_flag=True, help="Let it pass though those are not known.")
@click.option(
    "--samples",
    type=Whole(200, 100_000),
    default=2000,
    show_default=True,
    help="Draws of the bootstrap.",
)
@registry_option
@data_set_choice
def command(
    *,
    choice: Choice,
    candidate: str,
    against: str,
    folder: Path | str,
    out: Path | None,
    **given: Any,  # noqa: ANN401 - the other flags
) -> None:
    """Decides whether CANDIDATE may serve: exit 0 if it may, 1 if not.

    CANDIDATE is an id or tag of the registry, a bundle's folder, or an embedded bundle's name. It
    and the model that serves see the same pictures in one run, in turn; the rules of gate.yaml are
    held against what came of it. Where nothing serves yet, or classes would be lost, its floors
    decide.
    """
    from ..registry.gate.verdict import judge

    rules = _rules(given["rules_file"], given["unknown_data"])
    with ExitStack() as stack:
        models = open_registry(given["registry"])
        sides = _contestants(stack, models, candidate, against, given["run"])
        outcome = _measure(sides, rules, choice, folder, given)
        checks = judge(outcome.compared, rules)
        _keep(models, out, outcome, checks, rules, folder)
    _tell(outcome, checks)
    if not all(check.passed for check in checks):
        raise click.exceptions.Exit(1)


def _measure(
    sides: tuple["Contestant", "Contestant | None"],
    rules: "Rules",
    choice: Choice,
    folder: Path | str,
    given: dict[str, Any],
) -> "Outcome":
    from ..registry.gate.measuring import Task, measure

    data, golden = choice.read(folder), None
    if given["golden"] is not None:
        golden = Choice(max_bad=choice.max_bad).read(given["golden"])
    task = Task(*sides, data, rules, golden, given["samples"])
    with _counted(task) as progress:
        return measure(task, progress)


def _rules(file: Path | None, unknown_data: bool) -> "Rules":
    import msgspec

    from ..registry.gate.rules import Data, Rules, read_rules

    rules = Rules() if file is None else read_rules(file)
    return msgspec.structs.replace(rules, data=Data(unknown=True)) if unknown_data else rules


def _contestants(
    stack: ExitStack, models: "Registry", candidate: str, against: str, run: Path | None
) -> tuple["Contestant", "Contestant | None"]:
    from ..registry.gate.contestants import contestant, serving_contestant

    ours = stack.enter_context(contestant(candidate, models, run))
    theirs = stack.enter_context(serving_contestant(against, models))
    if theirs is None:
        write_note(f"no model has the tag {against}: held against floors")
    return ours, theirs


@contextmanager
def _counted(task: "Task") -> Iterator[Any]:
    """Progress on stderr, one line for each kind of thing."""
    bars: dict[str, Progress] = {}
    whole = {"pictures": len(task.data.pictures), "classes": len(task.data.names)}

    def progress(things: str, more: int) -> None:
        if things not in bars:
            for bar in bars.values():
                bar.end()
            bars[things] = Progress(whole[things], things)
        for _ in range(more):
            bars[things].add()

    try:
        yield progress
    finally:
        for bar in bars.values():
            bar.end()


def _keep(  # pylint: disable=too-many-arguments,too-many-positional-arguments # of one caller
    models: "Registry",
    out: Path | None,
    outcome: "Outcome",
    checks: tuple["Check", ...],
    rules: "Rules",
    folder: Path | str,
) -> None:
    """Writes the verdict into the registry, for `ssd deploy`, and where a person wants it."""
    from datetime import UTC, datetime

    from ..datasets.digest import digest_of
    from ..registry.errors import RegistryError
    from ..registry.gate.written import format_verdict

    made = datetime.now(UTC).isoformat(timespec="seconds")
    count = len(outcome.data.pictures)
    about = {
        "data": {"folder": str(folder), "sha256": digest_of(outcome.data), "pictures": count},
        "made": made,
    }
    content = format_verdict(outcome, checks, rules, about)
    try:
        models.verdicts.keep(content)
    except RegistryError as error:  # whoever may only read it has a verdict all the same
        write_note(f"the registry does not keep this verdict, keep one by --out: {error.message}")
    if out is not None:
        _write(out, content, outcome, checks, f"{count:,} pictures of {folder}, {made}")


def _write(
    out: Path, content: bytes, outcome: "Outcome", checks: tuple["Check", ...], about: str
) -> None:
    from ..registry.gate.page import render_verdict

    out.mkdir(parents=True, exist_ok=True)
    (out / "verdict.json").write_bytes(content)
    page = render_verdict(outcome, checks, about)
    (out / "verdict.html").write_text(page, encoding="utf-8")
    write_note(f"{out / 'verdict.html'}: open it in a browser")


def _tell(outcome: "Outcome", checks: tuple["Check", ...]) -> None:
    if outcome.note:
        write_note(outcome.note)
    for check in checks:
        write_line(f"{'holds' if check.passed else 'FAILS':<6}{check.rule:<12}{check.said}")
    passed = all(check.passed for check in checks)
    write_line(f"{outcome.compared.candidate.name} {'passes' if passed else 'is refused'}")
