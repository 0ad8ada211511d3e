"""YAML as every export writes it: keys in the order given, the same bytes each time."""

from typing import Any

from ..yaml_dump import dump


def yaml_text(document: object, *comments: str) -> bytes:
    """One document.

    Args:
        document: Maps, lists, texts, numbers and truth values.
        comments: Lines above it.

    Returns:
        UTF-8.
    """
    head = "".join(f"# {line}\n" for line in comments)
    body = dump(document, allow_unicode=True, width=10_000)
    return (head + body).encode()


def filled(table: dict[str, Any]) -> dict[str, Any]:
    """A map without the keys that have an empty list or map."""
    return {key: value for key, value in table.items() if value not in ({}, [])}
