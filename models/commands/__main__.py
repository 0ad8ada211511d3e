"""Entry point of the ``ssd`` command. Verbs are imported when they are called."""

import keyword
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from .examples import examples
from .failures import one_line
from .printing import open_closed_streams, visible, write_line, write_note

# Verb -> what it does; each lives in a module of its name (`import_`, where Python keeps the word
# for itself), as a click command called `command`.
VERBS = {
    "check": "Compare this code with what others computed.",
    "data": "Make, check, count, divide and show annotated pictures.",
    "deploy": "Let a running function serve another model.",
    "detect": "Find the objects in pictures, without a server.",
    "drift": "Tell whether a function sees other pictures than its model was measured on.",
    "evaluate": "Measure a bundle on annotated pictures.",
    "export": "Make a bundle of a trained network.",
    "gate": "Decide whether a model may take the place of the one that serves.",
    "history": "List the models that a running function served.",
    "import": "Make a bundle of a model in another format.",
    "models": "Keep models: add, list, compare, tag, verify, fetch.",
    "pipeline": "From pictures to a model that serves: run only what has changed.",
    "predict": "Find the objects in a folder of pictures and write one file of answers.",
    "rebuild": "Make the embedded bundles anew and compare them with the committed ones.",
    "rollback": "Let a running function serve the model again that it served before.",
    "search": "Search for the hyper-parameters that train best.",
    "train": "Train a network on annotated pictures.",
}


class _LazyGroup(click.Group):
    """Imports a verb's module when the verb is named, so that others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx  # the verbs are the same in every context
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in VERBS:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f".{module}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(VERBS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        with _visible_failures():
            return super().invoke(ctx)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's
    ) -> click.Context:
        with _visible_failures():
            return super().make_context(info_name, args, parent, **extra)


@contextmanager
def _visible_failures() -> Iterator[None]:
    """Failures that click writes name what may be meant, and do not steer a terminal."""
    try:
        yield
    except click.ClickException as failure:
        words = _words_of(failure)
        if words:
            failure = click.UsageError(words, getattr(failure, "ctx", None))
        if sys.stderr.isatty():
            failure.message = visible(failure.message)  # type: ignore[misc] # read at the end
        raise failure


def _words_of(failure: click.ClickException) -> str:
    """Better words for a verb or flag that is not there; nothing for another failure."""
    if isinstance(failure, click.NoSuchOption) and failure.ctx:
        from .near_misses import flag_words

        return flag_words(failure.option_name, failure.ctx)
    if isinstance(failure, click.exceptions.NoSuchCommand) and failure.ctx:
        from .near_misses import verb_words

        group = failure.ctx.command
        assert isinstance(group, click.Group), group
        known = group.list_commands(failure.ctx)
        return verb_words(failure.command_name, failure.ctx.command_path, known)
    return ""


def _tell_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from .version import versions

        write_line(versions())
        ctx.exit()


@examples(
    "ssd detect photo.jpg",
    "ssd evaluate --images photos --annotations instances.json",
)
@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Print the versions of this command, of the engine and of Python.",
)
def cli() -> None:
    """Work with detection models on this machine."""


def main() -> None:
    """Runs the command; every failure a person can cause ends in one line on stderr."""
    open_closed_streams()
    try:
        cli(prog_name="ssd")
    except Exception as error:  # pylint: disable=broad-exception-caught  # sorted by one_line
        message = one_line(error)
        if message is None:
            raise
        write_note(f"Error: {message}")
        sys.exit(1)


if __name__ == "__main__":
    main()
