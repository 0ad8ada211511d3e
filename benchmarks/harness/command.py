"""A command that measures: the flags that all have, the run, the table and the JSON."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks.harness.bars import Finding, Row
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.machine import describe, headline
from benchmarks.harness.neighbours import Neighbours, warning
from benchmarks.harness.plan import Plan
from benchmarks.harness.results import document, write
from benchmarks.harness.table import markdown, table


def parser(room: str, about: str, names: Iterable[str] = ()) -> argparse.ArgumentParser:
    """The flags that commands share; ``--only`` where there are names to choose from."""
    flags = output_flags(room, about)
    flags.add_argument("--quick", action="store_true", help="Little of everything; rough figures.")
    if names := tuple(names):
        flags.add_argument("--only", nargs="+", choices=names, metavar="NAME",
                           help=f"Only these of: {', '.join(names)}.")  # fmt: skip
    return flags


def output_flags(room: str, about: str) -> argparse.ArgumentParser:
    """A parser with the flags that say how rows are printed."""
    flags = argparse.ArgumentParser(prog=f"python -m {room}", description=about, allow_abbrev=False)
    output = flags.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="Print JSON instead of the table.")
    output.add_argument("--markdown", action="store_true", help="Print the table as Markdown.")
    return flags


def run(
    flags: argparse.Namespace,
    plan: Plan,
    measure: Callable[[], Mapping[str, Finding]],
    room: str = "",
    about: Mapping[str, object] | None = None,
) -> int:
    """Measures, prints what the flags ask for, and writes the JSON file.

    Args:
        flags: From ``parser``.
        plan: How much is measured, of what.
        measure: Gives findings by name.
        room: Below ``benchmarks``; part of the file's name.
        about: What else the file says of the run.

    Returns:
        0, also when a bar is missed; 1 when nothing could be measured.
    """
    name, suffix = (f"benchmarks.{room}", f"-{room}") if room else ("benchmarks", "")
    description = {**describe(plan), **(about or {})}
    say(headline(description))
    before = Neighbours.now()
    try:
        findings = measure()
    except BenchmarkError as error:
        say(f"{name}: {error.message}")
        return 1
    share = before.share(Neighbours.now())
    content = document({**description, "others_share": share}, findings)
    file = write(content, str(description["date"]), suffix)
    show(flags, [row for found in findings.values() for row in found.rows], content)
    say(f"{warning(share)}\nwritten to {file}".lstrip())
    return 0


def show(flags: argparse.Namespace, rows: Sequence[Row], content: object) -> None:
    """Prints the table, or JSON where the flags ask for it."""
    if flags.json:
        print(json.dumps(content, indent=1))
    else:
        print((markdown if flags.markdown else table)(rows))


def say(line: str) -> None:
    """A line for the person who waits."""
    print(line, file=sys.stderr, flush=True)
