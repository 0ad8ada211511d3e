"""Delete files and folders so that a half-deleted folder is never taken for a whole one."""

import contextlib
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path


def remove(paths: Iterable[Path]) -> None:
    """Take paths out of sight at once; the content of folders is deleted in the background."""
    doomed = []
    for path in paths:
        with contextlib.suppress(OSError):
            if not path.is_dir():
                path.unlink()
            elif path.suffix == DOOMED:
                doomed.append(path)
            else:
                doomed.append(path.rename(path.with_name(os.urandom(8).hex() + DOOMED)))
    if doomed:
        threading.Thread(target=_delete, args=(doomed,), daemon=True).start()


DOOMED = ".doomed"


def _delete(folders: list[Path]) -> None:
    for folder in folders:
        for at, _, _ in os.walk(folder):  # attachments are read-only
            with contextlib.suppress(OSError):
                os.chmod(at, 0o700)  # noqa: PTH101 # os.walk gives text
        shutil.rmtree(folder, ignore_errors=True)
