"""The tree of commands. A verb's module is imported only when that verb runs."""

import os

import click

from .lazy_group import LazyGroup, Verb
from .terminal.examples import examples

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
    "try": Verb(_IN_COMMANDS + "try_it:try_it", "Open the gateway's page for a function."),
    "info": Verb(_IN_COMMANDS + "info:info", "Describe a function."),
    "ready": Verb(_IN_COMMANDS + "ready:ready", "Wait until a function takes calls."),
    "log": Verb(_IN_COMMANDS + "log:log", "Print or follow what a function wrote.", ("logs",)),
    "scale": Verb(_IN_COMMANDS + "scale:scale", "Set how many replicas a function has."),
    "history": Verb(_IN_COMMANDS + "history:history", "List a function's revisions."),
    "rollback": Verb(_IN_COMMANDS + "rollback:rollback", "Go back to an earlier revision."),
    "promote": Verb(_IN_COMMANDS + "settle:promote", "Let a canary or shadow take over at once."),
    "abandon": Verb(_IN_COMMANDS + "settle:abandon", "End a canary or shadow at once."),
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
    "token": Verb(f"{__name__}:token", "Who may use a gateway, beside its one user."),
}
TOKEN = {
    "add": Verb(_IN_COMMANDS + "gateway_token:add", "Make a token and print it, this once."),
    "list": Verb(_IN_COMMANDS + "gateway_token:list_tokens", "List the tokens by name."),
    "revoke": Verb(_IN_COMMANDS + "gateway_token:revoke", "Forget a token."),
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


def _tell_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from .commands.version import both_versions

        both_versions()
        ctx.exit()


_gateway_of_verbs = click.option(
    "--gateway", "-g", default="", help="The gateway's address, for the verb that follows."
)
_NAMES = {"help_option_names": ["-h", "--help"]}


@examples(
    "dcf gateway start",
    "dcf function init -r python3 hello",
    "echo world | dcf function call hello",
)
@click.group(cls=LazyGroup, verbs=TOP, context_settings=_NAMES)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Print the versions of this command and of Python.",
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Write, deploy and call functions."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False


@examples(
    "dcf function init -r python3 hello",
    "dcf function create -f config.yaml",
    "dcf function list -g http://127.0.0.1:9090",
)
@click.group(cls=LazyGroup, verbs=FUNCTION)
@_gateway_of_verbs
@click.pass_context
def function(ctx: click.Context, gateway: str) -> None:  # pylint: disable=redefined-outer-name # the option's own name
    """Make, deploy and call functions."""
    ctx.obj = gateway


@examples(
    "dcf runtime list",
)
@click.group(cls=LazyGroup, verbs=RUNTIME)
def runtime() -> None:
    """What functions can be written in."""


@examples(
    "printf %s word | dcf secret create token",
    "dcf secret list",
)
@click.group(cls=LazyGroup, verbs=SECRET)
@_gateway_of_verbs
@click.pass_context
def secret(ctx: click.Context, gateway: str) -> None:  # pylint: disable=redefined-outer-name # the option's own name
    """Keep secrets for functions: a value goes in and never comes out."""
    ctx.obj = gateway


@examples(
    "dcf queue list",
    "dcf queue replay --all",
)
@click.group(cls=LazyGroup, verbs=QUEUE)
@_gateway_of_verbs
@click.pass_context
def queue(ctx: click.Context, gateway: str) -> None:  # pylint: disable=redefined-outer-name # the option's own name
    """Calls that are answered later: what waits, and what failed."""
    ctx.obj = gateway


@examples(
    "dcf gateway start --port 9090",
    "dcf gateway check",
)
@click.group(cls=LazyGroup, verbs=GATEWAY)
def gateway() -> None:
    """Run the gateway."""


@examples(
    "dcf gateway token add ci --role deploy",
    "dcf gateway token revoke ci",
)
@click.group(cls=LazyGroup, verbs=TOKEN)
def token() -> None:
    """Who may use a gateway beside its one user: tokens with a name and a role."""
