"""Which packages a function's code imports, read from its source without running it."""

import ast
from collections.abc import Iterator, Mapping


def imported(files: Mapping[str, bytes]) -> set[str]:
    """The first parts of all names that the Python files import, inside functions, too.

    Args:
        files: Path to content. Others than `*.py`, and those that are not Python, are passed over:
            whether the handler is one shows when it is loaded.
    """
    return {
        name.partition(".")[0]
        for path, content in files.items()
        if path.endswith(".py")
        for name in _names(content)
    }


def _names(content: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
