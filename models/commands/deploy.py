"""``ssd deploy``: a model takes the place of the one that a running function serves."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .examples import examples
from .gateway_place import function_options, open_function
from .gating import Gating, gating_options
from .printing import write_note
from .progress import Progress
from .registry_place import open_registry, registry_option
from .serving import point_serving, show_rollout, title_of
from .trial import Trial, trial_options

if TYPE_CHECKING:
    from ..delivery.function import Function, Serving
    from ..delivery.notes import ModelNotes
    from ..registry.gate.contestants import Contestant
    from ..registry.registry import Registry
    from ..registry.verdicts import Verdict
    from ..ssd.bundle import Bundle


@examples(
    "ssd deploy digits-2 --function ssd",
    "ssd deploy digits-2 --data digits --split test --canary 0.1",
    "ssd deploy runs/digits/int8 --verdict verdict.json -g http://127.0.0.1:8080",
    "ssd deploy digits-3 --force 'the camera was changed, digits-2 finds nothing'",
)
@click.command(name="deploy")
@click.argument("model")
@function_options
@registry_option
@click.option(
    "--verdict",
    "verdict_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="verdict.json of `ssd gate --out`.  [default: the registry's newest on this bundle]",
)
@click.option("--force", metavar="REASON", help="Deploy without a passing verdict; kept for ever.")
@trial_options
@gating_options(required=False)
def command(  # noqa: PLR0913 # pylint: disable=too-many-arguments # one a flag
    *,
    model: str,
    name: str,
    gateway: str,
    registry: str,
    verdict_file: Path | None,
    force: str | None,
    trial: Trial,
    gating: Gating,
) -> None:
    """Lets a running function serve MODEL in the place of what it serves.

    MODEL is an id or tag of the registry, a bundle's folder, or an embedded bundle's name, and has
    to have passed `ssd gate`; with --data it is judged now. Its bundle is sent to the gateway,
    verified and warmed there; then calls go to it, without one of them lost. Nothing else of the
    function changes.
    """
    from ..registry.gate.contestants import contestant
    from ..ssd.bundle import open_bundle

    if force is not None and not force.strip():
        raise click.UsageError("--force needs a reason: it is kept in the function's history")
    function, models = open_function(name, gateway), open_registry(registry)
    with contestant(model, models, gating.run) as ours:
        bundle = open_bundle(ours.folder)
        if gating.data is not None:
            gating.against_served(function, models).judge(ours, models)
        notes = _notes(ours, bundle, _verdict(bundle, models, verdict_file), force)
        asked = _sent(function, bundle, notes, ours.model_id)
    served = _begin(function, asked, trial)
    if served:
        point_serving(models, ours.model_id)


def _verdict(bundle: "Bundle", models: "Registry", file: Path | None) -> "Verdict | None":
    """The verdict on a bundle: of a file, else the newest of the registry; None without one."""
    from ..delivery.errors import NotPassed
    from ..registry.verdicts import parse_verdict

    if file is None:
        return models.verdicts.newest(bundle.digest)
    verdict = parse_verdict(file.read_bytes(), str(file))
    if verdict.digest != bundle.digest:
        raise NotPassed(
            f"{file} is about another bundle, {verdict.candidate} ({verdict.digest[:12]}), not "
            f"this one ({bundle.digest[:12]}): gate this one"
        )
    return verdict


def _notes(
    ours: "Contestant", bundle: "Bundle", verdict: "Verdict | None", force: str | None
) -> "ModelNotes":
    """What the revision will say of its model; refuses one that neither passed nor is forced."""
    from ..delivery.errors import NotPassed
    from ..delivery.notes import ModelNotes

    title = ours.model_id or f"{bundle.manifest.name}@{bundle.manifest.version}"
    said, passed = (verdict.line, verdict.passed) if verdict else ("", False)
    if not passed and force is None:
        why = f"was {said}" if said else "has no verdict"
        raise NotPassed(
            f"{title} ({bundle.digest[:12]}) {why}: `ssd gate` judges it, and --force REASON "
            "deploys it all the same"
        )
    return ModelNotes(title, bundle.digest, said, "" if passed else str(force))


def _sent(function: "Function", bundle: "Bundle", notes: "ModelNotes", model_id: str) -> "Serving":
    """Sends a bundle to the gateway, unless it is there."""
    from ..delivery.function import Serving
    from ..delivery.packing import packed

    function.check()
    function.state()  # before anything is sent, so that a name that is none is told first
    with packed(bundle) as tar:
        if function.has(tar.digest):
            write_note(f"the gateway has {notes.model} ({tar.size / 1e6:.1f} MB) already")
        else:
            write_note(f"sending {notes.model}, {tar.size / 1e6:.1f} MB, to {function.gateway}")
            bar = Progress("bytes", tar.size)
            function.send(tar.file, tar.size, tar.digest, bar.add)
            bar.end()
        return Serving(tar.digest, notes, model_id)


def _begin(function: "Function", asked: "Serving", trial: Trial) -> bool:
    """Lets the function serve it; tells whether it does in the end."""
    import dataclasses

    state = function.state()
    write_note(f"{function.name} serves {title_of(state.notes)}")
    number = function.serve(state, dataclasses.replace(asked, terms=trial.annotations))
    return show_rollout(function, number, trial.seconds).serving
