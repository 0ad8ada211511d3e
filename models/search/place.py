"""Where a study lies: the text after ``--study``, as a database and a folder."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .errors import BadStudy

_SCHEME = re.compile(r"([a-z][a-z0-9+.]*):")
_ALLOWED = "a folder, sqlite:///FILE.db or journal:FILE.jsonl"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study lies.

    Attributes:
        folder: What is kept as plain files.
        database: The file in which Optuna keeps the trials.
        is_sqlite: Whether that is SQLite's; otherwise it is a journal, a JSON document a line.
        text: As a person wrote it.
    """

    folder: Path
    database: Path
    is_sqlite: bool
    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads it.

        Raises:
            BadStudy: It is none of what is allowed.
        """
        scheme = _SCHEME.match(text)
        if scheme is None:
            folder = Path(text).absolute()
            return cls(folder, folder / "journal.jsonl", is_sqlite=False, text=text)
        kind, rest = scheme[1], text[scheme.end() :]
        if kind == "sqlite" and rest.startswith("///"):
            rest = rest[3:]
        elif kind != "journal" or not rest:
            raise BadStudy(f"--study {text[:80]}: give {_ALLOWED}")
        file = Path(rest).absolute()
        if not file.suffix:
            raise BadStudy(
                f"--study {text[:80]}: the file needs an ending such as .db; without it, it is the "
                "name of the folder of the trials"
            )
        return cls(file.with_suffix(""), file, is_sqlite=kind == "sqlite", text=text)
