"""Which packages a function's code imports, read from its source without running it."""

import ast
from collections.abc import Iterator, Mapping

from dcf.errors import ArchiveError


def imported(files: Mapping[str, bytes]) -> set[str]:
    """The first parts of all names that the Python files import, inside functions, too.

    Args:
        files: Path to content; others than `*.py` are passed over.

    Raises:
        ArchiveError: One is not Python; the message has its line.
    """
    return {
        name.partition(".")[0]
        for path, content in files.items()
        if path.endswith(".py")
        for name in _names(path, content)
    }


def _names(path: str, content: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(content, path)
    except (SyntaxError, ValueError) as fault:
        line = getattr(fault, "lineno", None) or 0
        raise ArchiveError(f"{path}:{line} is not valid Python: mend it") from fault
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
