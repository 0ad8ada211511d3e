"""dcf completion."""

import click

from ..terminal.examples import examples
from ..terminal.printing import write_text


@examples(
    'eval "$(dcf completion bash)"',
    "dcf completion fish > ~/.config/fish/completions/dcf.fish",
)
@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete verbs, flags and the gateway's function names.

    bash: eval "$(dcf completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc; fish: dcf
    completion fish > ~/.config/fish/completions/dcf.fish.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, shell
    found = kind(ctx.find_root().command, {}, "dcf", "_DCF_COMPLETE")
    write_text(found.source_template % found.source_vars() + "\n")
