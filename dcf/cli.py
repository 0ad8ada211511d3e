"""The tree of commands. A verb's module is imported only when that verb runs."""

# ruff: noqa: ARG002, ANN401 - the signatures are click's

import importlib
import os
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
        self.place, self.text, self.aliases = place, text, aliases


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
        module, _, attribute = self._verbs[name].place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

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
        if sys.stderr.isatty() and not isinstance(failure, _Failure):
            from .terminal.visible import visible_text

            failure.message = visible_text(failure.message)  # type: ignore[misc] # read at the end
        raise


_IN_COMMANDS = f"{__package__}.commands."

FUNCTION = {
    "init": Verb(
        _IN_COMMANDS + "init:init", "Make a new function's folder from a runtime's template."
    ),
    "build": Verb(_IN_COMMANDS + "build:build", "Build the container images of functions."),
    "push": Verb(_IN_COMMANDS + "push:push", "Push the images of functions to their registry."),
    "run": Verb(_IN_COMMANDS + "run:run", "Serve one function here, without a gateway."),
    "create": Verb(
        _IN_COMMANDS + "create:create",
        "Pack or build the functions of a config file, and deploy them.",
        ("deploy",),
    ),
    "list": Verb(_IN_COMMANDS + "list:list_functions", "List the gateway's functions."),
    "call": Verb(_IN_COMMANDS + "call:call", "Call a function with what stdin holds.", ("invoke",)),
    "info": Verb(_IN_COMMANDS + "info:info", "Describe a function."),
    "ready": Verb(_IN_COMMANDS + "ready:ready", "Wait until a function takes calls."),
    "log": Verb(_IN_COMMANDS + "log:log", "Print or follow what a function wrote.", ("logs",)),
    "scale": Verb(_IN_COMMANDS + "scale:scale", "Set how many replicas a function has."),
    "history": Verb(_IN_COMMANDS + "history:history", "List a function's revisions."),
    "rollback": Verb(_IN_COMMANDS + "rollback:rollback", "Go back to an earlier revision."),
    "delete": Verb(_IN_COMMANDS + "delete:delete", "Delete functions.", ("remove", "rm")),
}
SECRET = {
    "create": Verb(_IN_COMMANDS + "secret:create", "Keep a new secret; its value from stdin."),
    "update": Verb(_IN_COMMANDS + "secret:update", "Change a secret's value."),
    "list": Verb(_IN_COMMANDS + "secret:list_secrets", "List the secrets' names."),
    "remove": Verb(_IN_COMMANDS + "secret:remove", "Forget a secret.", ("delete", "rm")),
}
QUEUE = {
    "list": Verb(_IN_COMMANDS + "queue_list:list_queue", "Tell what waits and list what failed."),
    "replay": Verb(_IN_COMMANDS + "queue_failed:replay", "Deliver failed calls again."),
    "drop": Verb(_IN_COMMANDS + "queue_failed:drop", "Forget failed calls."),
}
RUNTIME = {
    "list": Verb(
        _IN_COMMANDS + "runtime_list:runtime_list", "List the runtimes there are templates for."
    )
}
GATEWAY = {
    "start": Verb(
        _IN_COMMANDS + "gateway_start:start", "Start the local gateway in the foreground."
    ),
    "check": Verb(
        _IN_COMMANDS + "gateway_check:check", "Look for what a stopped gateway's state lacks."
    ),
    "backup": Verb(
        _IN_COMMANDS + "gateway_backup:backup", "Write a stopped gateway's state into a file."
    ),
    "restore": Verb(
        _IN_COMMANDS + "gateway_restore:restore", "Put the state of a backup into an empty folder."
    ),
}
TOP = {
    "function": Verb(f"{__name__}:function", "Make, deploy and call functions.", ("fn",)),
    "runtime": Verb(f"{__name__}:runtime", "What functions can be written in.", ("r",)),
    "queue": Verb(f"{__name__}:queue", "Calls that are answered later."),
    "secret": Verb(f"{__name__}:secret", "Keep secrets for functions."),
    "gateway": Verb(f"{__name__}:gateway", "Run the gateway."),
    "export": Verb(_IN_COMMANDS + "export:export", "Write what another platform needs."),
    "login": Verb(_IN_COMMANDS + "login:login", "Log in to a gateway."),
    "logout": Verb(_IN_COMMANDS + "login:logout", "Forget a gateway's login."),
    "completion": Verb(_IN_COMMANDS + "completion:completion", "Print a shell's completion."),
    "version": Verb(_IN_COMMANDS + "version:version", "Print the version."),
}
_gateway_of_verbs = click.option(
    "--gateway", "-g", default="", help="The gateway's address, for the verb that follows."
)
_NAMES = {"help_option_names": ["-h", "--help"]}


@click.group(cls=LazyGroup, verbs=TOP, context_settings=_NAMES)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Write, deploy and call functions."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False


@click.group(cls=LazyGroup, verbs=FUNCTION)
@_gateway_of_verbs
@click.pass_context
def function(ctx: click.Context, gateway: str) -> None:  # pylint: disable=redefined-outer-name # the option's own name
    """Make, deploy and call functions."""
    ctx.obj = gateway


@click.group(cls=LazyGroup, verbs=RUNTIME)
def runtime() -> None:
    """What functions can be written in."""


@click.group(cls=LazyGroup, verbs=SECRET)
@_gateway_of_verbs
@click.pass_context
def secret(ctx: click.Context, gateway: str) -> None:  # pylint: disable=redefined-outer-name # the option's own name
    """Keep secrets for functions: a value goes in and never comes out."""
    ctx.obj = gateway


@click.group(cls=LazyGroup, verbs=QUEUE)
@_gateway_of_verbs
@click.pass_context
def queue(ctx: click.Context, gateway: str) -> None:  # pylint: disable=redefined-outer-name # the option's own name
    """Calls that are answered later: what waits, and what failed."""
    ctx.obj = gateway


@click.group(cls=LazyGroup, verbs=GATEWAY)
def gateway() -> None:
    """Run the gateway."""
