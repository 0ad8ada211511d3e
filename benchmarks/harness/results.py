"""A run's results as JSON, in a file of its own under benchmarks/results/."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.harness.bars import Finding, Row
from benchmarks.harness.environment import ROOT

FOLDER = ROOT / "benchmarks/results"


def document(about: Mapping[str, object], findings: Mapping[str, Finding]) -> dict[str, object]:
    """A run as one JSON value: about it, its rows with their verdicts, details by comparison."""
    return {
        "about": dict(about),
        "rows": [
            {"benchmark": name, **_row(row)}
            for name, found in findings.items()
            for row in found.rows
        ],
        "details": {name: found.details for name, found in findings.items()},
    }


def write(content: Mapping[str, object], date: str, suffix: str = "") -> Path:
    """Writes a run's document into a file that is named by its ISO date, and gives the file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{date[:19].replace(':', '-')}{suffix}.json"
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return file


def _row(row: Row) -> dict[str, object]:
    return {
        **asdict(row),
        "what": row.what.strip(),
        "bar": str(row.bar) if row.bar else None,
        "verdict": row.verdict,
    }
