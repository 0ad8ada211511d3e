"""dcf function push."""

import click

from ..terminal.examples import examples
from ..terminal.printing import say
from .options.config_files import load_some
from .options.gateway import config_option, unused_gateway_option


@examples(
    "dcf function push",
    "dcf function push hello -f config.yaml -v",
)
@click.command()
@click.argument("names", nargs=-1)
@config_option
@click.option("--verbose", "-v", is_flag=True, help="Write what the engine writes.")
@unused_gateway_option
def push(names: tuple[str, ...], config: str, verbose: bool) -> None:
    """Push the images of a config file's functions to their registry, and name them by digest.

    The engine's own login is used: `docker login REGISTRY`. Functions with `skip_build` are left.
    """
    from ..release.image_steps import ImageSteps

    steps = ImageSteps(verbose)
    for function in load_some(config, names):
        if function.skip_build:
            say(f"Skipping push of: {function.name}, Image: {function.image_name}.")
        else:
            steps.push(function)
