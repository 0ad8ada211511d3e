"""``ssd gate``: whether a candidate may take the place of the model that serves."""

import click

from .examples import examples
from .gateway_place import FUNCTION, open_function, serving_options
from .gating import Gating, gating_options
from .registry_place import open_registry, registry_option


@examples(
    "ssd gate digits-2 --data digits --split test",
    "ssd gate digits-2 --against digits-1 --data digits --rules gate.yaml --out verdict",
    "ssd gate digits-2 --data digits --function ssd --gateway http://127.0.0.1:8080",
    "ssd gate runs/digits/int8 --run runs/digits --data digits --split test",
    "ssd gate ssdlite_mobilenet_v2_coco_int8 --against ssdlite_mobilenet_v2_coco --data coco "
    "--unknown-data",
)
@click.command(name="gate")
@click.argument("candidate")
@registry_option
@serving_options
@gating_options(required=True)
def command(gating: Gating, candidate: str, registry: str, name: str, gateway: str) -> None:
    """Decides whether CANDIDATE may serve: exit 0 if it may, 1 if not.

    CANDIDATE is an id or tag of the registry, a bundle's folder, or an embedded bundle's name. It
    and the model that serves see the same pictures in one run, in turn; the rules of gate.yaml are
    held against what came of it. Where nothing serves yet, or classes would be lost, its floors
    decide. The registry keeps the verdict, for `ssd deploy`.

    Which model serves, the registry's tag `serving` says; with --function or --gateway the gateway
    is asked, which knows of rollbacks made elsewhere.
    """
    from ..registry.gate.contestants import contestant

    models = open_registry(registry)
    if name or gateway:
        gating = gating.against_served(open_function(name or FUNCTION, gateway), models)
    with contestant(candidate, models, gating.run) as ours:
        passed = gating.judge(ours, models)
    if not passed:
        raise click.exceptions.Exit(1)
