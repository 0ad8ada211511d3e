"""``ssd rollback``: a model that served before serves again."""

from pathlib import Path

import click

from .examples import examples
from .gateway_place import function_options, open_function
from .printing import write_note
from .registry_place import open_registry, registry_option
from .serving import point_serving, show_rollout, title_of


@examples(
    "ssd rollback --function ssd",
    "ssd rollback --function ssd --to digits-1",
)
@click.command(name="rollback")
@function_options
@click.option(
    "--to", "model", default="", metavar="MODEL", help="Its id, or how its digest begins."
)
@registry_option
def command(name: str, gateway: str, model: str, registry: str) -> None:
    """Lets the model serve again that served before, or MODEL of the function's history.

    Nothing but the gateway is needed, which keeps the bundles of all revisions that `ssd history`
    shows. The tag `serving` moves in a registry that is a folder of this machine and has the model.
    """
    from ..delivery.history import target_of
    from ..registry.gate.contestants import SERVING

    function = open_function(name, gateway)
    target = target_of(function.history(), model)
    show_rollout(function, function.back(target.number))
    if "://" not in registry and Path(registry).expanduser().is_dir():
        models = open_registry(registry)
        known = [each.id for each in models.models() if each.digest == target.notes.digest]
        if known:
            point_serving(models, target.notes.model if target.notes.model in known else known[0])
        elif models.tags.read(SERVING) is not None:
            write_note(
                f"the registry's tag {SERVING} was not moved: {title_of(target.notes)} is not in it"
            )
