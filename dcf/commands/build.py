"""dcf function build."""

import click

from dcf.commands.config_files import load_named
from dcf.commands.gateway_option import config_option, unused_gateway_option
from dcf.commands.printing import say, silent
from dcf.commands.release import Plan, build_archive


@click.command()
@click.argument("names", nargs=-1)
@config_option
@click.option("--nocache", is_flag=True, expose_value=False, help="Taken: packing keeps no cache.")
@click.option("--verbose", "--buildverbose", "-v", is_flag=True, help="Name the files that travel.")
@unused_gateway_option
def build(names: tuple[str, ...], config: str, verbose: bool) -> None:
    """Pack the functions of a config file and say what would travel.

    Nothing is stored or sent: `dcf function create` packs the same bytes and uploads them.
    Container images are not built by this command.
    """
    loaded = load_named(config)
    known = {each.name for each in loaded.functions}
    if strange := set(names) - known:
        raise click.UsageError(f"{', '.join(sorted(strange))} is not in {loaded.path}")
    for function in loaded.functions:
        if not names or function.name in names:
            archive = build_archive(function, Plan(say, say if verbose else silent))
            size = len(archive.data) / 1e6
            say(f"Packed: {len(archive.names)} files, {size:.1f} MB; nothing was stored or sent.")
