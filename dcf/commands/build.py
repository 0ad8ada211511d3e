"""dcf function build."""

from dataclasses import replace
from typing import Any

import click

from ..config import FunctionConfig
from ..release.release import Plan, build_archive
from ..terminal.examples import examples
from ..terminal.printing import say, silent
from .options.config_files import load_some
from .options.gateway import allow_outside_option, config_option, unused_gateway_option


def _pairs(
    _ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    for each in given:
        if not each.partition("=")[0] or "=" not in each:
            raise click.BadParameter(f"each build-arg must take the form key=value, got {each!r}")
    return {key: value for key, _, value in (each.partition("=") for each in given)}


@examples(
    "dcf function build",
    "dcf function build hello -f config.yaml --platform linux/arm64",
    "dcf function build --archive -v",
)
@click.command()
@click.argument("names", nargs=-1)
@config_option
@click.option("--nocache", is_flag=True, help="Build every layer anew.")
@click.option(
    "--build-arg",
    "arguments",
    multiple=True,
    metavar="KEY=VALUE",
    callback=_pairs,
    help="Argument of the build; over the config file's.",
)
@click.option("--platform", default="", help="Such as linux/arm64. [default: the engine's]")
@click.option("--archive", is_flag=True, help="Only pack, as for this project's own gateway.")
@click.option(
    "--verbose",
    "--buildverbose",
    "-v",
    is_flag=True,
    help="Write what the builder writes; with --archive, name the files.",
)
@allow_outside_option
@unused_gateway_option
def build(
    names: tuple[str, ...],
    config: str,
    archive: bool,
    verbose: bool,
    allow_outside: bool,
    **given: Any,  # noqa: ANN401 - click's
) -> None:
    """Build the container images of a config file's functions.

    An engine (docker, podman, or what DCF_ENGINE names) builds them. With --archive nothing is
    built: what would travel to this project's own gateway is packed and named.
    """
    functions = [replace(each, allow_outside=allow_outside) for each in load_some(config, names)]
    if archive:
        for function in functions:
            _pack(function, verbose)
        return
    _build(functions, verbose, **given)


def _pack(function: FunctionConfig, verbose: bool) -> None:
    archive = build_archive(function, Plan(say, say if verbose else silent))
    size = len(archive.data) / 1e6
    say(f"Packed: {len(archive.names)} files, {size:.1f} MB; nothing was stored or sent.")


def _build(
    functions: list[FunctionConfig],
    verbose: bool,
    *,
    nocache: bool,
    arguments: dict[str, str],
    platform: str,
) -> None:
    from ..images.build import Wishes
    from ..release.image_steps import ImageSteps

    steps = ImageSteps(verbose)
    wishes = Wishes(arguments, platform, ("--no-cache",) if nocache else ())
    for function in functions:
        steps.build(function, wishes)
