"""``ssd drift``: whether a function sees other pictures than its model was measured on."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .data_sets.choice import FOLDER, Choice, data_set_choice
from .examples import examples
from .gateway_place import function_options, open_function
from .numbers import Number, Whole
from .printing import write_json_line, write_note, write_row
from .progress import Progress
from .registry_place import open_registry, registry_option

if TYPE_CHECKING:
    from ..evaluation.drift.comparison import Shift
    from ..evaluation.drift.page import Counted
    from ..registry.registry import Registry
    from ..ssd.profile import Profile

MOVED, FEW = 1, 3
_UNITS = 4


@examples(
    "ssd drift --function ssd --against digits-1",
    "ssd drift --function ssd --against coco --split val",
    "ssd drift --function ssd --against photos --since counts.json",
)
@click.command(name="drift")
@function_options
@click.option(
    "--against",
    required=True,
    type=FOLDER,
    help="A data set, or a model with a profile: an id or tag of the registry, or a bundle.",
)
@click.option(
    "--model",
    help="With a data set: the model that the function serves, as --against takes one. [default: "
    "the embedded bundle or the registry's model of its digest]",
)
@click.option("--revision", type=Whole(1, 10**9), help="Only replicas of this revision.")
@click.option(
    "--limit",
    type=Number(0.01, 10),
    default=0.25,
    show_default=True,
    help="Population stability index past which a histogram has moved.",
)
@click.option(
    "--pictures",
    "least",
    type=Whole(30, 10**9),
    default=100,
    show_default=True,
    help="Pictures that the function must have counted.",
)
@click.option(
    "--since",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the last time's counts: only what came since is compared. Written anew.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON even on a terminal.")
@registry_option
@data_set_choice
def command(
    *,
    choice: Choice,
    name: str,
    against: Path | str,
    **given: Any,  # noqa: ANN401 - the other flags
) -> None:
    """Compares what a function counted with the pictures that its model was measured on.

    Classes, confidences, sizes of boxes and pictures, and detections a picture: exit 0 if none of
    these histograms moved past the limit, 1 if one did, 3 while there are too few pictures. Nothing
    is read of a picture that was sent: the function keeps counts alone.
    """
    from ..evaluation.drift.comparison import compare
    from ..evaluation.drift.window import read_window, seen_since, write_window

    counted, since = _counted(name, given), given["since"]
    before = {} if since is None else read_window(since)
    seen = seen_since(counted, before) if counted else None
    pictures = seen.pictures if seen else 0
    if seen is None or pictures < given["least"]:
        _tell_few(pictures, counted, given)
        raise click.exceptions.Exit(FEW)
    shifts = compare(_reference(against, choice, seen, counted, given), seen, given["limit"])
    if since is not None:
        write_window(since, counted)
    _tell(shifts, pictures, counted, as_json=given["as_json"])
    if any(each.state == "moved" for each in shifts):
        raise click.exceptions.Exit(MOVED)


def _counted(name: str, given: dict[str, Any]) -> "dict[str, Counted]":
    from ..evaluation.drift.page import read_counts
    from ..ssd.errors import ProfileError

    counted = read_counts(open_function(name, given["gateway"]).metrics(given["revision"]))
    models = {each.model["digest"]: each.model for each in counted.values()}
    if len(models) > 1:
        told = ", ".join(f"{each['name']} {each['version']}" for each in models.values())
        raise ProfileError(
            f"replicas of {name} serve different models ({told}): name one revision with "
            "--revision, or wait until the update is over"
        )
    return counted


def _reference(
    against: Path | str,
    choice: Choice,
    seen: "Profile",
    counted: "dict[str, Counted]",
    given: dict[str, Any],
) -> "Profile":
    """The profile of a data set, made now, or of a model, made when it was exported."""
    from ..evaluation.drift.reference import profile_of, recorded_profile
    from ..registry.gate.contestants import contestant
    from ..ssd.detector import Detector

    served = next(iter(counted.values())).model
    registry = open_registry(given["registry"])
    if isinstance(against, Path) and not _is_data_set(against):
        with contestant(str(against), registry) as model:
            _check_served(model.folder, model.name, served)
            return recorded_profile(model.folder, model.name)
    data = choice.read(against)
    name = given["model"] or _known_by_digest(served, registry)
    with contestant(name, registry) as model, Progress("pictures", len(data.pictures)) as progress:
        _check_served(model.folder, model.name, served)
        return profile_of(Detector(model.folder), data, seen, progress.add)


def _known_by_digest(served: Mapping[str, str], registry: "Registry") -> str:
    """The model that a function serves, of those that are here."""
    from ..ssd.bundle import EMBEDDED, open_bundle
    from ..ssd.errors import ProfileError

    for manifest in sorted(EMBEDDED.glob("*/manifest.json")):
        if open_bundle(manifest.parent).digest == served["digest"]:
            return manifest.parent.name
    for record in registry.models():
        if record.digest == served["digest"]:
            return record.id
    raise ProfileError(
        f"the function serves {served['name']} {served['version']}, digest "
        f"{served['digest'][:12]}, which is not in the registry: name it with --model"
    )


def _is_data_set(folder: Path) -> bool:
    return folder.is_dir() and not (folder / "manifest.json").exists()


def _check_served(folder: Path, name: str, served: Mapping[str, str]) -> None:
    """Another model's confidences are others: what differs would not be the pictures."""
    from ..ssd.bundle import open_bundle
    from ..ssd.errors import ProfileError

    if open_bundle(folder).digest != served["digest"]:
        raise ProfileError(
            f"the function serves {served['name']} {served['version']}, digest "
            f"{served['digest'][:12]}, and {name} is another model: name the one that it serves"
        )


def _tell_few(pictures: int, counted: "dict[str, Counted]", given: dict[str, Any]) -> None:
    otherwise = sum(each.otherwise for each in counted.values())
    beside = f"; {otherwise:,} more asked for options of their own" if otherwise else ""
    window = " since the last time" if given["since"] else ""
    replicas = "1 replica" if len(counted) == 1 else f"{len(counted)} replicas"
    write_note(
        f"not judged: {replicas} counted {pictures:,} pictures{window}{beside}, "
        f"{given['least']:,} are needed: come again later"
    )


def _tell(
    shifts: "list[Shift]", pictures: int, counted: "dict[str, Counted]", *, as_json: bool
) -> None:
    if as_json or not sys.stdout.isatty():
        for each in shifts:
            write_json_line(
                {
                    "histogram": each.measure,
                    "state": each.state,
                    "psi": round(each.psi, _UNITS),
                    "limit": round(each.limit, _UNITS),
                    "values": each.values,
                    "pictures": pictures,
                    "bin": each.bin,
                    "reference": round(each.before, _UNITS),
                    "seen": round(each.now, _UNITS),
                }
            )
        return
    write_row(f"{pictures:,} pictures of {len(counted)} replicas")
    for each in shifts:
        most = f"{each.bin}: {each.before:.1%} -> {each.now:.1%}" if each.bin else ""
        write_row(f"{each.state:<8}{each.measure:<20}{each.psi:>7.3f} of {each.limit:.3f}  {most}")
