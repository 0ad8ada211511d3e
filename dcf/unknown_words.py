"""What is said of a verb or a flag that is not there: the nearest one, or our word for another's.

Imported at an error alone.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import click

from .config import FUNCTION_KEYS
from .near_misses import near, same, same_key

_SHOWN = 60
# What other tools call a verb -> ours; docker, kubectl, faas-cli, gcloud, heroku.
_VERBS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("ls", "ps", "all"), ("list",)),
    **dict.fromkeys(("describe", "inspect", "show", "get", "status", "stat"), ("info",)),
    **dict.fromkeys(("up", "apply", "update", "publish", "add"), ("create",)),
    **dict.fromkeys(("new", "generate", "scaffold"), ("init",)),
    **dict.fromkeys(("serve", "dev", "local", "start"), ("start", "run")),
    **dict.fromkeys(("exec", "trigger", "send", "post"), ("call",)),
    **dict.fromkeys(("tail", "output"), ("log",)),
    **dict.fromkeys(("undo", "revert", "back"), ("rollback",)),
    **dict.fromkeys(("revisions", "versions", "releases"), ("history",)),
    **dict.fromkeys(("down", "destroy", "undeploy", "del", "rmi"), ("delete", "remove")),
    **dict.fromkeys(("wait", "health"), ("ready",)),
    **dict.fromkeys(("resize", "replicas", "autoscale"), ("scale",)),
    **dict.fromkeys(("retry", "requeue"), ("replay",)),
    **dict.fromkeys(("purge", "discard"), ("drop",)),
    **dict.fromkeys(("verify", "fsck", "doctor"), ("check",)),
    **dict.fromkeys(("dump", "save", "snapshot"), ("backup",)),
    **dict.fromkeys(("load", "recover"), ("restore",)),
    **dict.fromkeys(("templates", "languages", "template"), ("runtime",)),
}
_FLAGS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("replicas", "instances", "scale", "minreplicas", "minscale", "mininstances"), ("--min",)
    ),
    **dict.fromkeys(("maxreplicas", "maxscale", "maxinstances"), ("--max",)),
    **dict.fromkeys(("yaml", "file", "configfile", "stack", "filename"), ("--config",)),
    **dict.fromkeys(
        ("url", "address", "host", "server", "endpoint", "gatewayurl"), ("--gateway", "--host")
    ),
    **dict.fromkeys(("data", "body", "input", "databinary", "stdin"), ("--file", "--home")),
    **dict.fromkeys(("contenttype", "headers"), ("--header",)),
    **dict.fromkeys(("params", "param"), ("--query",)),
    **dict.fromkeys(("out", "output", "outputdir", "dest"), ("--output", "--out")),
    **dict.fromkeys(("lang", "language", "template"), ("--runtime",)),
    **dict.fromkeys(("handler", "folder", "directory", "path"), ("--dir",)),
    **dict.fromkeys(("wait", "seconds"), ("--timeout",)),
    **dict.fromkeys(("password", "pass"), ("--password-stdin",)),
    **dict.fromkeys(("value", "literal"), ("--from-literal",)),
    **dict.fromkeys(("f", "watch"), ("--follow",)),
    **dict.fromkeys(("n", "last", "limit", "numlines"), ("--tail",)),
    **dict.fromkeys(("yes", "overwrite"), ("--force",)),
    **dict.fromkeys(("statedir", "datadir", "state"), ("--home",)),
    **dict.fromkeys(("format", "o"), ("--json",)),
}


def verb_words(
    word: str, path: str, names: Sequence[str], groups: Mapping[str, Sequence[str]]
) -> str:
    """What to say of a verb that is not there.

    Args:
        word: As it was written.
        path: What stood before it, such as `dcf function`.
        names: The verbs there.
        groups: Those among them that are groups, with the verbs of each.
    """
    there = {"": names, **{f"{group} ": below for group, below in groups.items()}}
    said = f"No such command {word[:_SHOWN]!r}"
    if word == "help":
        return f"{said}. Did you mean `{path} --help`?"
    ways = (partial(same, word), partial(same, word, others=_VERBS), partial(near, word))
    for look in ways:
        for before, known in there.items():
            if found := look(known):
                return f"{said}. Did you mean `{path} {before}{found}`?"
    return f"{said}: see `{path} --help`."


def flag_words(flag: str, ctx: click.Context) -> str:
    """What to say of a flag that is not there.

    Args:
        flag: As it was written, with its dashes.
        ctx: Of the verb.
    """
    options = [each for each in ctx.command.get_params(ctx) if isinstance(each, click.Option)]
    known = [flag for each in options if not each.hidden
             for flag in (*each.opts, *each.secondary_opts) if flag.startswith("--")]  # fmt: skip
    said = f"No such option {flag[:_SHOWN]!r}"
    if _bare(flag)[:1].isdigit():
        return f"{said}: no number here is below 0."
    if found := same(flag, known, _FLAGS):
        return f"{said}. Did you mean `{found}`?"
    if "--allow-outside" in known and (key := same_key(_bare(flag), "", FUNCTION_KEYS)):
        return f"{said}: a function of the config file has it, as {key}."
    if len(_bare(flag)) > 1 and (found := near(flag, known)):
        return f"{said}. Did you mean `{found}`?"
    return f"{said}: see `{ctx.command_path} --help`."


def _bare(flag: str) -> str:
    return flag.lstrip("-")
