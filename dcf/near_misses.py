"""What a person meant by a word that is not known here: a slip of the hand, or another tool's word.

Needed at an error alone: whoever imports this does it there, and pays for the tables only then.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

_LONGEST = 60  # of a word that is compared: more is no slip
_LEAST = 0.65  # two words this much alike are one; below it lie pairs such as folder and file

# What other tools call it -> what config.yaml does, the innermost place last. docker-compose,
# Kubernetes, OpenFaaS' stack.yml, Serverless and Cloud Run, written without case and joints.
_KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("env", "envs", "envvar", "envvars", "envvariables", "environments", "variables", "vars",
         "environmentvariables", "envfromliteral", "config"),
        ("environment",),
    ),
    **dict.fromkeys(
        ("envfile", "envfiles", "environmentfiles", "envfrom", "dotenv"), ("environment_file",)
    ),
    **dict.fromkeys(
        ("replicas", "replica", "instances", "min", "minscale", "minreplicas",
         "mininstances", "minreplicacount", "provisionedconcurrency"),
        ("scale.min", "min"),
    ),
    **dict.fromkeys(
        ("max", "maxscale", "maxreplicas", "maxinstances", "maxreplicacount"),
        ("scale.max", "max"),
    ),
    **dict.fromkeys(("autoscale", "autoscaling", "scaling", "hpa"), ("scale",)),
    **dict.fromkeys(("metric", "metrics", "by"), ("scale.type", "type")),
    **dict.fromkeys(("scaletozero", "zeroafter", "idletimeout", "cooldownperiod"),
                    ("scale.zero_duration", "zero_duration")),
    **dict.fromkeys(("cpu", "cpus", "cpulimit", "cpushares"), ("limits.cpu", "cpu")),
    **dict.fromkeys(
        ("memory", "mem", "ram", "memorysize", "memorylimit", "memlimit", "memorymb"),
        ("limits.memory", "memory"),
    ),
    **dict.fromkeys(("gpu", "gpus", "accelerators", "nvidia.com/gpu"), ("limits.gpu", "gpu")),
    **dict.fromkeys(("resources", "limit", "deploy", "quota"), ("limits",)),
    **dict.fromkeys(("request", "reservations", "memreservation"), ("requests",)),
    **dict.fromkeys(
        ("timeout", "exectimeout", "readtimeout", "writetimeout", "timeoutseconds"),
        ("environment: {EXEC_TIMEOUT: ...}",),
    ),
    **dict.fromkeys(("lang", "language"), ("runtime",)),
    **dict.fromkeys(("description", "summary", "title"), ("desc",)),
    **dict.fromkeys(("author", "owner", "contact"), ("maintainer",)),
    **dict.fromkeys(("registry", "repository", "imageregistry"), ("docker_registry",)),
    **dict.fromkeys(("containerimage", "imagename", "img"), ("image",)),
    **dict.fromkeys(("imagepullsecrets", "registrysecret", "auth"), ("registry_auth",)),
    **dict.fromkeys(("secret", "secretrefs"), ("secrets",)),
    **dict.fromkeys(("nodeselector", "placement", "affinity", "constraint"), ("constraints",)),
    **dict.fromkeys(("tags", "label"), ("labels",)),
    **dict.fromkeys(("arch", "architecture", "platforms"), ("platform",)),
    **dict.fromkeys(("args", "buildarg"), ("build_args",)),
    **dict.fromkeys(("buildoption", "buildopts"), ("build_options",)),
    **dict.fromkeys(
        ("build", "context", "path", "folder", "directory", "src", "source", "codeuri", "dir",
         "workingdir"),
        ("handler.dir", "dir"),
    ),
    **dict.fromkeys(("module", "script", "filename", "file", "main"), ("handler.file", "file")),
    **dict.fromkeys(
        ("entrypoint", "command", "cmd", "class", "classname", "function", "handlername", "method",
         "entry"),
        ("handler.name", "name"),
    ),
    **dict.fromkeys(("files", "copy", "includes", "include", "package"),
                    ("handler.include", "include")),
    **dict.fromkeys(("ignore", "excludes", "exclude"), ("handler.exclude", "exclude")),
    **dict.fromkeys(("services", "fns", "apps"), ("functions",)),
    **dict.fromkeys(
        ("gateway", "url", "host", "address", "endpoint", "provider"), ("dcf.gateway", "gateway")
    ),
}  # fmt: skip


def near(word: str, known: Iterable[str]) -> str:
    """The known word that one is a slip of, or nothing.

    Args:
        word: As it was written.
        known: The words there are; one that differs in case or joints alone is taken first.
    """
    words = {_plain(each): each for each in known}
    plain = _plain(word[:_LONGEST])
    if plain in words:
        return words[plain]
    found = get_close_matches(plain, words, 1, _LEAST)
    return words[found[0]] if found else ""


def near_key(word: str, path: str, allowed: tuple[str, ...], above: tuple[str, ...] = ()) -> str:
    """The key of a config file that a person meant, or nothing.

    Args:
        word: As it was written.
        path: Of the map that it stands in, such as functions.f.handler.
        allowed: The keys of that map.
        above: The keys of the map around it: there belongs what was only put in too deep.
    """
    return same_key(word, path, allowed, above) or near(word, allowed)


def same_key(word: str, path: str, allowed: tuple[str, ...], above: tuple[str, ...] = ()) -> str:
    """The same, of words that mean the same alone, and not of those that look alike."""
    plain = _plain(word[:_LONGEST])
    exact = {_plain(each): each for each in allowed}
    if plain in exact:
        return exact[plain]
    for meant in _KEYS.get(plain, ()):
        if meant.partition(":")[0].partition(".")[0] in allowed:
            return meant
    outer = {_plain(each): each for each in above}
    if plain in outer:
        return f"{path.rpartition('.')[0]}.{outer[plain]}"
    return ""


def same(
    word: str, known: Iterable[str], others: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> str:
    """The known word that one is in another tool's language, or nothing.

    Args:
        word: As it was written.
        known: The words there are.
        others: What other tools say -> what may be meant here.
    """
    there = {_plain(each): each for each in known}
    plain = _plain(word[:_LONGEST])
    return next((there[each] for each in map(_plain, (plain, *others.get(plain, ())))
                 if each in there), "")  # fmt: skip


def _plain(word: str) -> str:
    """Without case and joints: minReplicas, min-replicas and min_replicas are one word."""
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")
