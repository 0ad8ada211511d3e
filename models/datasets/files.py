"""Files that are there as a whole or not at all, whatever ends the program."""

import json
import os
from pathlib import Path
from typing import Any


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file beside its place and puts it there; one that was there before is replaced."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_json(file: Path, document: Any) -> None:  # noqa: ANN401 - plain values of any kind
    """Writes a document, in UTF-8, as ``write_whole`` does."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    write_whole(file, (text + "\n").encode("utf-8", "surrogateescape"))
