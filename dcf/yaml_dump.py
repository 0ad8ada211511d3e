"""YAML that every reader takes alike: text that an older or newer one would change is quoted.

`value: y` in a manifest of Kubernetes is a truth value to its reader, `1e3` a number to another.
"""

import yaml

from .yaml_schema import resolve_by_either


class _Dumper(yaml.SafeDumper):
    """The library's, with quotes around what either schema takes for something else than text."""


resolve_by_either(_Dumper)


def dump(document: object, *, allow_unicode: bool = False, width: int = 80) -> str:
    """A document as text, its keys in the order given."""
    return yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=allow_unicode, width=width
    )
