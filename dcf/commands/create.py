"""dcf function create, also called deploy."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..config import FunctionConfig, load
from ..packing import free_to_reach_out
from ..providers.terms import AGREEMENT, CANARY, MODE, SHADOW, SHARE
from ..release.release import Plan, Provided, release
from ..scale_labels import PREFIX
from ..terminal.examples import examples
from ..terminal.printing import progress, say, silent, write_line, write_note
from .options.gateway import allow_outside_option, client_for, gateway_option
from .options.numbers import Number, Whole


def _switch(*names: str, default: bool, text: str) -> Callable[[Any], Any]:
    """A flag that is also taken as `--flag=false`, as the original's own scripts write it."""
    return click.option(
        *names, type=bool, is_flag=False, flag_value=True, default=default, help=text
    )


@examples(
    "dcf function create -f config.yaml",
    "dcf function create -f config.yaml -v --min 2 --max 4",
    "dcf function create -f config.yaml --canary 0.1",
    "dcf function create -f config.yaml -g http://127.0.0.1:9090",
)
@click.command()
@click.option(
    "--config",
    "-f",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The functions' config file.",
)
@click.option(
    "--verbose",
    "--deployverbose",
    "--buildverbose",
    "-v",
    is_flag=True,
    help="Name the files packed, or write what the builder writes.",
)
@_switch("--update", default=True, text="Update functions that are there. [default: true]")
@click.option("--no-update", is_flag=True, help="The same as --update=false.")
@_switch("--replace", default=False, text="Delete functions first; needs --update=false.")
@click.option("--min", "least", type=Whole(0), help="Replicas to start with.")
@click.option("--max", "most", type=Whole(1), help="Most replicas, where they scale.")
@click.option(
    "--canary",
    type=Number(0.001, 0.5),
    metavar="SHARE",
    help="Judge it first, beside what serves, by that share of the calls.",
)
@click.option(
    "--shadow",
    type=Number(0.001, 1),
    metavar="SHARE",
    help="Only compare it: it gets copies of that share of the calls, and answers none.",
)
@click.option(
    "--agreement",
    type=Number(0, 1),
    metavar="SHARE",
    help="Copy a canary's calls to what serves; so many answers must agree.",
)
@click.option("--no-push", is_flag=True, help="For a gateway whose nodes share this engine.")
@click.option("--registry", expose_value=False, help="Taken, and as in the original not used.")
@allow_outside_option
@gateway_option
def create(config: Path, gateway: str, *, allow_outside: bool, **given: Any) -> None:  # noqa: ANN401 - click's
    """Bring the functions of a config file to a gateway and wait until they are ready.

    One that runs folders gets them packed; for one that runs images they are built and pushed.
    """
    plan = _plan(**given)
    loaded = free_to_reach_out(load(config), allow_outside)
    client = client_for(gateway, loaded.gateway)
    for place, function in enumerate(loaded.functions):
        with _told_if_interrupted([each.name for each in loaded.functions[place + 1 :]]):
            release(client, function, plan)
        write_line(f"http trigger url: {client.web_address()}/function/{function.name}")


@contextmanager
def _told_if_interrupted(others: Sequence[str]) -> Iterator[None]:
    """Around the release of one function, with those that would come after it."""
    try:
        yield
    except KeyboardInterrupt:
        if others:
            write_note(f"Not deployed: {', '.join(others)}.")
        raise


def _plan(  # noqa: PLR0913 # pylint: disable=too-many-arguments # one a flag
    *,
    verbose: bool,
    update: bool,
    no_update: bool,
    replace: bool,
    least: int | None,
    most: int | None,
    no_push: bool,
    **judged: float | None,
) -> Plan:
    update = update and not no_update
    if update and replace:
        raise click.UsageError('one of "--update" flag or "--replace" flag must be false')
    if least is not None and most is not None and least > most:
        raise click.UsageError(f"--min {least} is more than --max {most}")
    limits = {"min": least, "max": most}
    labels = {f"{PREFIX}{key}": str(value) for key, value in limits.items() if value is not None}
    narrate = say if verbose else progress if sys.stderr.isatty() else None
    detail = say if verbose else silent
    return Plan(
        say, detail, replace=replace, update=update, labels=labels, narrate=narrate,
        annotations=_terms(**judged),
        images=partial(_provide, verbose=verbose, push=not no_push),
    )  # fmt: skip


def _terms(
    *, canary: float | None, shadow: float | None, agreement: float | None
) -> dict[str, str]:
    """The annotations of a canary or shadow; none of them where neither is asked for."""
    if canary is not None and shadow is not None:
        raise click.UsageError("--canary and --shadow are two ways: choose one")
    share = canary if shadow is None else shadow
    if share is None and agreement is not None:
        raise click.UsageError("--agreement SHARE is nothing without --canary SHARE")
    if share is None:
        return {}
    found = {MODE: SHADOW if canary is None else CANARY, SHARE: f"{share:g}"}
    return found if agreement is None else {**found, AGREEMENT: f"{agreement:g}"}


def _provide(function: FunctionConfig, *, verbose: bool, push: bool) -> Provided:
    from ..release.image_steps import ImageSteps  # most gateways need none

    steps = ImageSteps(verbose)
    return steps.provide(function) if push else steps.provide_here(function)
