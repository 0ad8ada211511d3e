"""From the path of a request to what it is about."""

from dataclasses import dataclass

from tests.kubernetes.fake import kinds


@dataclass(frozen=True)
class Place:
    """What a path names.

    Attributes:
        kind: Of the objects.
        version: In which it was asked for.
        namespace: Empty for all, or where the kind has none.
        name: Empty for all.
        part: A subresource, or empty.
    """

    kind: kinds.Kind
    version: str
    namespace: str = ""
    name: str = ""
    part: str = ""


def place_of(path, served):
    """What a path names, or None where nothing is served."""
    root, *parts = path.strip("/").split("/")
    if root == "apis" and len(parts) >= 3:
        group, version, *rest = parts
    elif root == "api" and len(parts) >= 2:
        group, (version, *rest) = "", parts
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) >= 3 and rest[2] != "status":
        namespace, rest = rest[1], rest[2:]
    kind = served.find(group, version, rest[0])
    name, part, *more = [*rest[1:], "", ""]
    if kind is None or any(more) or (part and part not in kind.subresources):
        return None
    if bool(namespace) and not kind.is_namespaced:
        return None
    return Place(kind, version, namespace, name, part)
