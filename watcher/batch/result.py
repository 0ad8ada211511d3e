"""The file that holds the answer until it is accepted, or for good."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from ..configuration.config import Settings
from ..errors import BadAnswer


def path_of(settings: Settings) -> Path:
    """Where the answer is kept.

    Args:
        settings: of this process.

    Returns:
        RESULT_FILE, or else a file in the temporary folder that is the same for the same DATA_PATH.
    """
    if settings.result_file:
        return Path(settings.result_file).absolute()
    folder = os.fsencode(Path(settings.data_path).absolute())
    digest = hashlib.sha256(folder).hexdigest()[:12]
    return Path(tempfile.gettempdir()).absolute() / f"answer-{digest}.json"


def write(path: Path, answer: bytes) -> None:
    """Makes the file appear, whole, readable by this user alone.

    Args:
        path: of the file; one that is there is replaced.
        answer: its bytes.

    Raises:
        BadAnswer: it cannot be written.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        # O_EXCL follows no link that someone else put there; the rename replaces one.
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(answer)
            opened.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise BadAnswer(
            f"cannot write RESULT_FILE {path}: {error.strerror}; make room, and run again"
        ) from None
