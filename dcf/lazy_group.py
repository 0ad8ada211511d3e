"""A group of verbs that are imported when they are called, and how its failures are written."""

# ruff: noqa: ARG002, ANN401 - the signatures are click's

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from .errors import DcfError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_INTERRUPTED = 130  # as shells have it: 128 and the number of SIGINT


class Verb:
    """One row of a group's table: where the command lives, its line of help, its other names."""

    def __init__(self, place: str, text: str, aliases: Sequence[str] = ()) -> None:
        self.module, _, self.attribute = place.partition(":")
        self.text, self.aliases = text, aliases


class LazyGroup(click.Group):
    """A group that knows its verbs by name and help line, and imports one when it is called."""

    def __init__(self, *arguments: Any, verbs: Mapping[str, Verb], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._verbs = verbs
        self._names = {
            alias: name for name, verb in verbs.items() for alias in (name, *verb.aliases)
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, without their aliases."""
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb by any of its names."""
        name = self._names.get(cmd_name)
        if name is None:
            return None
        verb = self._verbs[name]
        command: click.Command = getattr(importlib.import_module(verb.module), verb.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb of a line; one that is not there is a failure that names the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as failure:
            from .unknown_words import verb_words

            groups = {name: group.names for name, group in self._groups(ctx).items()}
            words = verb_words(failure.command_name, ctx.command_path, self.names, groups)
            raise click.UsageError(words, ctx) from failure

    @property
    def names(self) -> list[str]:
        """The verbs and their aliases."""
        return list(self._names)

    def _groups(self, ctx: click.Context) -> "dict[str, LazyGroup]":
        """The groups below; none of what would have to be imported first."""
        here = [name for name, verb in self._verbs.items() if verb.module in sys.modules]
        found = {name: self.get_command(ctx, name) for name in here}
        return {name: each for name, each in found.items() if isinstance(each, LazyGroup)}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing anything."""
        rows = [(", ".join((name, *verb.aliases)), verb.text) for name, verb in self._verbs.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete verbs from the table: importing each for its help would take a second."""
        from click.shell_completion import CompletionItem

        found = super(click.Group, self).shell_complete(ctx, incomplete)
        verbs = ((name, verb.text) for name, verb in self._verbs.items())
        return found + [
            CompletionItem(name, help=text) for name, text in verbs if name.startswith(incomplete)
        ]

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the command line; an error in it is written so that a terminal can show it."""
        with _visible_failures():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; our own failures become one line on stderr and their exit status."""
        with _visible_failures():
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt as stop:
                raise click.exceptions.Exit(_INTERRUPTED) from stop
            except DcfError as fault:
                failure = _Failure(fault.message)
                failure.exit_code = fault.exit_code  # type: ignore[misc] # click reads it so
                raise failure from fault


class _Failure(click.ClickException):
    """One line of our own, to a pipe as it is."""

    def show(self, file: Any = None) -> None:
        """Write it; click would take away a part of what came."""
        from .terminal.printing import write_note

        write_note(f"Error: {self.message}")


@contextmanager
def _visible_failures() -> Iterator[None]:
    """Failures that click writes to a terminal say what came, and do not do it."""
    try:
        yield
    except click.ClickException as failure:
        if isinstance(failure, click.NoSuchOption) and failure.ctx is not None:
            from .unknown_words import flag_words

            words = flag_words(failure.option_name, failure.ctx)
            failure = click.UsageError(words, failure.ctx)
        if sys.stderr.isatty() and not isinstance(failure, _Failure):
            from .terminal.visible import visible_text

            failure.message = visible_text(failure.message)  # type: ignore[misc] # read at the end
        raise failure
