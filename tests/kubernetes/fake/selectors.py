"""Label and field selectors, as queries and objects write them."""

import re

_TERM = re.compile(r"\s*([^\s,!=()]+)\s+(in|notin)\s*\(([^)]*)\)\s*|\s*([^,]*)\s*")


def matches_labels(selector, labels):
    """Whether labels are selected by `a=b,c!=d,e in (f,g),h notin (i),j,!k`."""
    return all(_holds(term, labels) for term in _terms(selector))


def _terms(selector):
    while selector:
        found = _TERM.match(selector)
        yield found
        selector = selector[found.end() :].removeprefix(",")


def _holds(term, labels):
    key, word, values, plain = term.groups()
    if word:
        among = labels.get(key) in {each.strip() for each in values.split(",")}
        return among == (word == "in")
    if "!=" in plain:
        key, _, value = plain.partition("!=")
        return labels.get(key.strip()) != value.strip()
    if "=" in plain:
        key, _, value = plain.partition("=")
        return labels.get(key.strip()) == value.lstrip("=").strip()
    if plain.startswith("!"):
        return plain[1:].strip() not in labels
    return plain.strip() in labels


def matches_fields(selector, item):
    """Whether an object is selected by `metadata.name=a,status.phase!=b`."""
    return all(_field_holds(term, item) for term in selector.split(",") if term)


def _field_holds(term, item):
    path, _, value = term.partition("=")
    value = value.removeprefix("=")
    for part in path.rstrip("!").split("."):
        item = item.get(part, "") if isinstance(item, dict) else ""
    return (item == value) != path.endswith("!")


def selected(selector, labels):
    """Whether labels are selected by an object's `selector`, with `matchLabels` or plain."""
    wanted = selector.get("matchLabels", selector) if selector else {}
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())
