"""``ssd deploy``: a model takes the place of the one that a running function serves."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .examples import examples
from .gateway_place import function_options, open_function
from .printing import write_note
from .progress import Progress
from .registry_place import open_registry, registry_option
from .serving import point_serving, show_rollout, title_of

if TYPE_CHECKING:
    from ..delivery.function import Function
    from ..delivery.notes import ModelNotes
    from ..registry.registry import Registry
    from ..registry.verdicts import Verdict
    from ..ssd.bundle import Bundle


@examples(
    "ssd deploy digits-2 --function ssd",
    "ssd deploy runs/digits/int8 --verdict verdict/verdict.json -g http://127.0.0.1:8080",
    "ssd deploy digits-3 --force 'the camera was changed, digits-2 finds nothing'",
)
@click.command(name="deploy")
@click.argument("model")
@function_options
@registry_option
@click.option(
    "--verdict",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="verdict.json of `ssd gate --out`.  [default: the registry's newest on this bundle]",
)
@click.option("--force", metavar="REASON", help="Deploy without a passing verdict; kept for ever.")
def command(*, model: str, name: str, gateway: str, registry: str, **given: Any) -> None:  # noqa: ANN401 - the other flags
    """Lets a running function serve MODEL in the place of what it serves.

    MODEL is an id or tag of the registry, a bundle's folder, or an embedded bundle's name, and has
    to have passed `ssd gate`. Its bundle is sent to the gateway, verified and warmed there; then
    calls go to it, without one of them lost. Nothing else of the function changes.
    """
    from ..delivery.notes import ModelNotes
    from ..registry.gate.contestants import contestant
    from ..ssd.bundle import open_bundle

    function, models = open_function(name, gateway), open_registry(registry)
    with ExitStack() as stack:
        ours = stack.enter_context(contestant(model, models))
        bundle = open_bundle(ours.folder)
        verdict = _verdict(bundle, models, given)
        title = ours.model_id or f"{bundle.manifest.name}@{bundle.manifest.version}"
        said = verdict.line if verdict else ""
        notes = ModelNotes(title, bundle.digest, said, "" if _passed(verdict) else given["force"])
        _deliver(function, bundle, notes, ours.model_id)
    point_serving(models, ours.model_id)


def _verdict(bundle: "Bundle", models: "Registry", given: dict[str, Any]) -> "Verdict | None":
    """The verdict on a bundle; refuses one that has not passed, unless it is forced."""
    from ..delivery.errors import NotPassed
    from ..registry.errors import RegistryError
    from ..registry.verdicts import parse_verdict

    force, file = given["force"], given["verdict"]
    if force is not None and not force.strip():
        raise click.UsageError("--force needs a reason: it is kept in the function's history")
    try:
        if file is None:
            verdict = models.verdicts.newest(bundle.digest)
        else:
            verdict = parse_verdict(file.read_bytes(), str(file))
    except RegistryError:
        if force is None:
            raise
        verdict = None
    if verdict is not None and verdict.digest != bundle.digest:
        raise NotPassed(
            f"{file} is about another bundle, {verdict.candidate} ({verdict.digest[:12]}), not "
            f"this one ({bundle.digest[:12]}): gate this one"
        )
    if force is None and not _passed(verdict):
        why = f"was {verdict.line}" if verdict else "has no verdict"
        raise NotPassed(
            f"{bundle.manifest.name} ({bundle.digest[:12]}) {why}: `ssd gate` judges it, and "
            "--force REASON deploys it all the same"
        )
    return verdict


def _passed(verdict: "Verdict | None") -> bool:
    return verdict is not None and verdict.passed


def _deliver(function: "Function", bundle: "Bundle", notes: "ModelNotes", model_id: str) -> None:
    """Sends a bundle and waits until it serves."""
    from ..delivery.packing import packed

    function.check()
    state = function.state()
    write_note(f"{function.name} at {function.gateway} serves {title_of(state.notes)}")
    with packed(bundle) as tar:
        if function.has(tar.digest):
            write_note(f"the gateway has {notes.model} ({tar.size / 1e6:.1f} MB) already")
        else:
            write_note(f"sending {notes.model}, {tar.size / 1e6:.1f} MB")
            bar = Progress(tar.size, "bytes")
            function.send(tar.file, tar.size, tar.digest, bar.add)
            bar.end()
        number = function.serve(state, tar.digest, notes, model_id)
    show_rollout(function, number)
