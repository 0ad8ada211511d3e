"""``ssd models``: the registry, one verb a way to look at it or change it."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..delivery.who import who
from .bundle_type import BUNDLE
from .examples import examples
from .numbers import Whole
from .printing import write_json_line, write_line, write_note, write_table
from .registry_place import open_registry, registry_option
from .tracking import tell_what_was_made, track_option

if TYPE_CHECKING:
    from ..registry.record import ModelRecord
    from ..registry.registry import Registry

_SHOWN = ("mAP", "AP50")


@examples(
    "ssd models add ssdlite_mobilenet_v2_coco_int8 --experiment coco",
    "ssd models list",
    "ssd models tag coco-1 best",
    "ssd models diff coco-1 coco-2",
)
@click.group(name="models")
@registry_option
@click.pass_context
def command(context: click.Context, registry: str) -> None:
    """Keeps models: each is added once, whole, and never changed."""
    context.obj = open_registry(registry)


@examples("ssd models list", "ssd models list --json")
@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
@click.pass_obj
def list_(registry: "Registry", as_json: bool) -> None:
    """Lists every model: a table on a terminal, a JSON object a line when piped."""
    tags: dict[str, list[str]] = {}
    for name, each in registry.tags.all().items():
        tags.setdefault(each.model, []).append(name)
    rows = [(record, tags.get(record.id, [])) for record in registry.models()]
    if as_json or not sys.stdout.isatty():
        for record, names in rows:
            write_json_line(record.values() | {"tags": names})
        return
    write_table(
        ("model", "tags", *_SHOWN, "MB", "added"),
        (
            (
                record.id,
                " ".join(names),
                *(_figure(record.metrics.get(name)) for name in _SHOWN),
                f"{record.size / 1e6:.1f}",
                record.added[:10],
            )
            for record, names in rows
        ),
    )


@examples("ssd models show digits-1", "ssd models show best")
@command.command()
@click.argument("model")
@click.pass_obj
def show(registry: "Registry", model: str) -> None:
    """Prints everything that is written down about MODEL, an id or a tag."""
    record = registry.model(model)
    document = record.values() | {"tags": registry.tags.of(record.id)}
    write_line(json.dumps(document, indent=2, ensure_ascii=False))


@examples("ssd models diff digits-1 digits-2")
@command.command()
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
@click.pass_obj
def diff(registry: "Registry", first: str, second: str, as_json: bool) -> None:
    """Prints the fields in which two models differ."""
    from ..registry.differing import differences

    models = registry.model(first), registry.model(second)
    rows = differences(*models)
    if as_json or not sys.stdout.isatty():
        write_json_line({row.field: [row.first, row.second] for row in rows})
        return
    write_table(
        ("", models[0].id, models[1].id),
        ((row.field, _figure(row.first), _figure(row.second)) for row in rows),
    )


@examples(
    "ssd models add ssdlite_mobilenet_v2_coco_int8 --experiment coco",
    "ssd models add runs/digits/int8 --experiment digits --parent coco-1 --note 'fine-tuned'",
)
@command.command()
@click.argument("bundle", type=BUNDLE)
@click.option("--experiment", required=True, help="First part of its id.")
@click.option(
    "--trial", type=Whole(1, 99_999), help="Second part [default: the next that is free]."
)
@click.option("--parent", default="", help="Model that it began from.")
@click.option("--note", default="", help="Anything a reader should know.")
@click.option(
    "--run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the run that made it, for its hyper-parameters and data digest.",
)
@track_option
@click.pass_obj
def add(  # noqa: PLR0913, PLR0917 # pylint: disable=too-many-arguments,too-many-positional-arguments # one a flag
    registry: "Registry",
    bundle: Path,
    experiment: str,
    trial: int | None,
    parent: str,
    note: str,
    run: Path | None,
    track: str,
) -> None:
    """Adds BUNDLE, a folder or an embedded one's name; every file of it is verified."""
    from ..registry.origin import Origin

    origin = Origin(parent=parent, note=note, by=who(), **_of_run(run))
    record = registry.add(bundle, experiment, trial, origin)
    write_line(record.id)
    if run is not None:
        tell_what_was_made(run, track, {f"model_{record.precision}": record.id}, {})


@examples("ssd models tag digits-1 best")
@command.command()
@click.argument("model")
@click.argument("name", metavar="TAG")
@click.pass_obj
def tag(registry: "Registry", model: str, name: str) -> None:
    """Points TAG at MODEL; it may have pointed at another."""
    registry.tag(name, model, who())


@examples("ssd models untag best")
@command.command()
@click.argument("name", metavar="TAG")
@click.pass_obj
def untag(registry: "Registry", name: str) -> None:
    """Removes TAG; the model stays."""
    registry.tags.remove(name)


@examples("ssd models remove digits-1")
@command.command()
@click.argument("model")
@click.pass_obj
def remove(registry: "Registry", model: str) -> None:
    """Removes MODEL; its files go with `ssd models prune`, where no other model has them."""
    registry.remove(model)


@examples("ssd models prune")
@command.command()
@click.pass_obj
def prune(registry: "Registry") -> None:
    """Removes files that belong to no model and are older than an hour."""
    write_note(f"{registry.prune()} files removed.")


@examples("ssd models verify", "ssd models verify digits-1")
@command.command()
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@click.pass_obj
def verify(registry: "Registry", names: tuple[str, ...]) -> None:
    """Reads every file of the models named, or of all, and compares it with its digest."""
    records: Iterable[ModelRecord] = map(registry.model, names) if names else registry.models()
    broken = count = 0
    for record in records:
        count += 1
        damage = list(registry.damage(record))
        broken += bool(damage)
        for line in damage:
            write_note(line)
    if broken:
        raise click.ClickException(f"{broken} of {count} models are damaged, see above")
    write_note(f"{count} models are whole.")


@examples("ssd models fetch best --out bundles/best")
@command.command()
@click.argument("model")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the bundle.")
@click.pass_obj
def fetch(registry: "Registry", model: str, out: Path) -> None:
    """Writes MODEL as a bundle that `MODEL_BUNDLE` can name; every file is verified."""
    from ..registry.fetching import fetch_bundle

    record = registry.model(model)
    fetch_bundle(registry, record, out)
    write_note(f"{out}: {record.id}")


def _of_run(run: Path | None) -> dict[str, Any]:
    if run is None:
        return {}
    from ..registry.runs import origin_of_run

    return origin_of_run(run)


def _figure(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
