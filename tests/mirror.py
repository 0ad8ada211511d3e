"""Lists the modules that have no test of their own name; `make lint` fails on the first.

`dcf/gateway/core.py` is tested by `tests/dcf/gateway/test_core.py`, whatever else tests it, too. A
module that decides nothing (records, tables, words) needs none.
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("dcf", "dcf_detect", "handler", "models", "watcher")
_DECIDING = (
    ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.BoolOp, ast.Match,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


def decides(file: Path) -> bool:
    """Whether a function of the module takes a decision or goes round a loop."""
    functions = (
        node
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return any(isinstance(part, _DECIDING) for each in functions for part in ast.walk(each))


def place_of(module: Path) -> Path:
    """Where the test of a module's name stands, `tests/dcf/test_main.py` for `dcf/__main__.py`."""
    return "tests" / module.parent / f"test_{module.stem.strip('_')}.py"


def missing(root: Path) -> list[str]:
    """The modules below a folder that should have a test of their name and have not."""
    files = [
        file.relative_to(root)
        for room in ROOMS
        for file in sorted((root / room).rglob("*.py"))
        if "templates" not in file.parts[:-2] and "_proto" not in file.parts
    ]
    return [
        file.as_posix()
        for file in files
        if not (root / place_of(file)).is_file()
        and file.name != "__init__.py"
        and decides(root / file)
    ]


def main() -> int:
    """Says which modules lack a test; 1 if any does."""
    found = missing(ROOT)
    for file in found:
        print(f"{file} has no test of its name: write {place_of(Path(file))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
