"""What happened in a run of a pipeline, as a file and as the source of its page."""

from enum import StrEnum
from pathlib import Path

import msgspec

from ..datasets.files import write_whole


class Outcome(StrEnum):
    """What became of a step."""

    WAITS = "waits"
    RUNS = "runs"
    SKIPPED = "unchanged"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class StepRecord(msgspec.Struct, kw_only=True):
    """What happened to a step.

    Attributes:
        name: Its name.
        verb: The words of its verb.
        outcome: What became of it.
        why: Why it ran, or did not.
        command: What was run, ready to be typed; empty where nothing was.
        began: When it began, RFC 3339 in UTC.
        took_s: Seconds it took.
        code: Its exit status; None before its end.
        said: The end of its output.
        noted: The end of what it wrote beside its output.
        inputs: Digests of what it was made from.
        outputs: Digests of what it made.
        pages: Pages that it made, as this record's folder sees them.
    """

    name: str
    verb: str
    outcome: Outcome = Outcome.WAITS
    why: str = ""
    command: str = ""
    began: str = ""
    took_s: float = 0.0
    code: int | None = None
    said: str = ""
    noted: str = ""
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    pages: list[str] = []


class Record(msgspec.Struct, kw_only=True):
    """A run.

    Attributes:
        format: Version of this format.
        pipeline: Its file.
        began: When it began, RFC 3339 in UTC.
        took_s: Seconds so far.
        ended: How it ended, in a line; empty while it runs.
        steps: Its steps in their order.
    """

    format: int = 1
    pipeline: str
    began: str
    took_s: float = 0.0
    ended: str = ""
    steps: list[StepRecord]


def write_record(record: Record, file: Path) -> None:
    """Writes a record as JSON, whole or not at all."""
    write_whole(file, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
