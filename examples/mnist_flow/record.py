"""What is written down of a trial that is done, and of the best of them."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mnist.checkpoint import write_whole

FILE = "trial.json"


class FlowError(Exception):
    """What was asked for cannot be; the message says what was found and what to do."""


@dataclass(frozen=True)
class Record:
    """A trial that is done.

    Attributes:
        experiment_id: The search that it belongs to, such as `torch-1b2c3d`: the framework, and
            the beginning of `digits`.
        trial_id: Its number there, from 1.
        framework: `tensorflow` or `torch`.
        accuracy: Share of the digits that trials are compared by that it tells right, 0 to 1.
        test_accuracy: The same of MNIST's test digits, which no choice is made by.
        compared: How many digits trials are compared by.
        digits: SHA-256 of all digits; trials of other digits are not compared.
        weights: Name of the file or folder that the handler reads, in the trial's own.
        sha256: Of the weights.
        params: What the search chose.
    """

    experiment_id: str
    trial_id: int
    framework: str
    accuracy: float
    test_accuracy: float
    compared: int
    digits: str
    weights: str
    sha256: str
    params: dict = field(default_factory=dict)

    @property
    def name(self):
        """By which a person names the model."""
        return f"{self.experiment_id}-{self.trial_id}"

    def folder(self, out):
        """The folder of its run, in that of the flow."""
        return out / self.experiment_id / "trials" / self.name


def write_record(record, file):
    """Writes it, whole or not at all."""
    write_whole(file, (json.dumps(asdict(record), indent=1) + "\n").encode())


def read_record(file):
    """Reads it.

    Raises:
        FlowError: It is not there, or is none.
    """
    try:
        return Record(**json.loads(file.read_text()))
    except OSError as fault:
        raise FlowError(f"{file} cannot be read: {fault.strerror}") from fault
    except (ValueError, TypeError) as fault:
        raise FlowError(f"{file} is no record of a trial: {fault}") from fault


def read_records(out):
    """Those of all trials that are done, in the order in which they were written."""
    files = sorted(out.glob(f"*/trials/*/{FILE}"), key=lambda each: each.stat().st_mtime_ns)
    return [read_record(file) for file in files]


def digest_of(weights: Path):
    """SHA-256 of a file, or of all files of a folder with their names."""
    files = sorted(each for each in weights.rglob("*") if each.is_file()) or [weights]
    summed = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        summed.update(f"{file.relative_to(weights.parent).as_posix()} {content}\n".encode())
    return summed.hexdigest()
