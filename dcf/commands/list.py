"""dcf function list."""

import sys
from typing import TYPE_CHECKING

import click

from ..errors import DcfError
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json, write_line
from .options.gateway import client_for, config_option, gateway_option, json_option

if TYPE_CHECKING:
    from ..client.base import Function

_ROW = "{:<15}\t{:<20}\t{:<15}\t{:<10}\t{:<10}\t{:<10}\t{:<40}"
_HEAD = ("Function", "Image", "Maintainer", "Invocations", "Replicas", "Status", "Description")
# At a terminal: what matters most comes first, since the last ones go where there is no room.
_SHOWN = ("Function", "Status", "Replicas", "Calls", "Image", "Description", "Maintainer")
_ARCHIVE, _DIGITS = "archive:sha256:", 12


@examples(
    "dcf function list",
    "dcf function list -f config.yaml --json",
)
@click.command()
@config_option
@json_option
@gateway_option
def list_functions(config: str, as_json: bool, gateway: str) -> None:
    """List the gateway's functions; with -f only those of the file.

    At a terminal it also says which revision failed or is on its way, and why replicas ended.
    """
    wanted: set[str] | None = None
    from_file = ""
    if config:
        from pathlib import Path

        from ..config import load

        loaded = load(Path(config))
        wanted, from_file = {each.name for each in loaded.functions}, loaded.gateway
    try:
        client = client_for(gateway, from_file)
        with patience(f"waiting for {client.address}"):
            found = client.functions()
    except DcfError as fault:
        fault.message = f"did not listed: {fault.message}"  # the original's own words
        raise
    functions = [each for each in found if wanted is None or each.name in wanted]
    if as_json:
        from .info import fields

        write_json([fields(each) for each in functions])
        return
    if sys.stdout.isatty():
        _show(functions)
        return
    write_line(_ROW.format(*_HEAD))
    for each in functions:
        write_line(_row(each))


def _show(functions: "list[Function]") -> None:
    """The table of a terminal."""
    from ..client.rollout import rollout_of
    from ..scale_labels import is_at_zero, policy_in_force
    from ..terminal.fitted_table import write_fitted_table

    rows = []
    for each in functions:
        policy = policy_in_force(each.labels)
        rows.append(
            (
                each.name,
                "At zero" if is_at_zero(each.labels, each.replicas) else _status(each),
                f"{each.available}/{each.replicas}" + (f" of {policy.span}" if policy else ""),
                str(each.invocations),
                short_image(each.image),
                each.annotations.get("desc", ""),
                each.annotations.get("maintainer", ""),
            )
        )
    write_fitted_table(_SHOWN, rows, [rollout_of(each).notes for each in functions])


def _status(each: "Function") -> str:
    return "Ready" if each.available else "Not Ready"


def _row(each: "Function") -> str:
    image = _cut(_without_registry(each.image), 30)
    desc = _cut(each.annotations.get("desc", ""), 40)
    maintainer = each.annotations.get("maintainer", "")
    return _ROW.format(
        each.name, image, maintainer, each.invocations, each.replicas, _status(each), desc
    )


def short_image(image: str) -> str:
    """An image as a narrow table has room for it."""
    archive = image.removeprefix(_ARCHIVE)
    return _without_registry(image) if archive == image else archive[:_DIGITS]


def _without_registry(image: str) -> str:
    registry, slash, rest = image.partition("/")
    return f"$(repo)/{rest}" if slash and registry else image


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 2] + ".."
