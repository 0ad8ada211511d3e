"""YAML 1.2's core schema, and the schema of YAML 1.1 that older readers go by.

`1.10`, `0644`, `12:30:45` and `yes` are text, a number, a count of seconds or a truth value, by who
reads them. Readers here take the newer schema; writers put in quotes what either would change.
"""

import re
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
NULL, BOOL, INT, FLOAT, TEXT, MERGE = (
    _TAG + kind for kind in ("null", "bool", "int", "float", "str", "merge")
)
# https://yaml.org/spec/1.2.2/#1032-tag-resolution; merge keys are no part of it, and all use them.
_CORE = (
    (NULL, r"~|null|Null|NULL|", [*"~nN", ""]),
    (BOOL, "true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    (INT, "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", [*"-+0123456789"]),
    (
        FLOAT,
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        [*"-+.0123456789"],
    ),
    (MERGE, "<<", ["<"]),
)
# The older schema's too, though the library leaves them out.
_SHORT_ANSWERS = (BOOL, "[yYnN]", [*"yYnN"])
_NEWER = [(tag, re.compile(pattern)) for tag, pattern, _ in _CORE]
_OLDER: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers


def resolve_by_core(resolver: Any) -> None:  # noqa: ANN401 - a class of the library's
    """Make a class of resolvers take the newer schema, and no other."""
    resolver.yaml_implicit_resolvers = {}
    for tag, pattern, first in _CORE:
        resolver.add_implicit_resolver(tag, re.compile(rf"(?:{pattern})\Z"), first)


def resolve_by_either(resolver: Any) -> None:  # noqa: ANN401 - a class of the library's
    """Add the newer schema to a class of resolvers that has the older one."""
    for tag, pattern, first in (*_CORE, _SHORT_ANSWERS):
        resolver.add_implicit_resolver(tag, re.compile(rf"(?:{pattern})\Z"), first)


def is_disputed(plain: str) -> bool:
    """Whether older readers take a word without quotes for something else than newer ones do."""
    if re.fullmatch(_SHORT_ANSWERS[1], plain):
        return True
    newer = next((tag for tag, pattern in _NEWER if pattern.fullmatch(plain)), TEXT)
    older = next((tag for tag, word in _OLDER.get(plain[:1], ()) if word.match(plain)), TEXT)
    if newer == older == INT:
        return re.fullmatch("[-+]?0[0-7]*[1-7][0-7]*", plain) is not None  # octal for the older
    return older not in {TEXT, newer}
