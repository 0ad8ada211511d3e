"""Pictures that were sent, kept for labelling: a share of them, in a bounded, private folder.

Off unless it is asked for. Writing happens in a thread of its own, and whatever goes wrong there
costs a sample, never a call. The folder has PASCAL VOC's layout, so that `ssd data` and tools for
labelling open it; what was predicted is marked as `difficult`, which is neither learnt nor judged.
"""

import calendar
import errno
import fcntl
import logging
import os
import random
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Full, Queue
from xml.sax.saxutils import escape

from .errors import SettingError
from .rooms import Detections
from .sample_settings import SampleSettings

_WAITING, _WAITING_BYTES = 4, 32_000_000
_FREE = 1_000_000_000
"""Bytes that the disk must have left; of a small one a tenth."""
_STALE_S = 60.0
_MOMENT = "%Y%m%dT%H%M%S"
_OURS = re.compile(r"\.?(\d{8}T\d{6}-[0-9a-f]{12})\.(\w{3,5})(\.part)?")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_log = logging.getLogger(__name__)


class Samples:
    """Keeps pictures with what was found in them.

    Args:
        settings: Where, and how much. The folder is made if it is not there, and its owner's alone
            from then on.
        model: What found it, for people.
        draw: Gives numbers from 0 to 1.

    Raises:
        SettingError: The folder cannot be used.
    """

    def __init__(
        self,
        settings: SampleSettings,
        model: str,
        draw: Callable[[], float] = random.random,
    ) -> None:
        folder = settings.folder
        self._folder, self._limits, self._model, self._draw = folder, settings, model, draw
        self._queue: Queue[tuple[bytes, str, Detections]] = Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self._lock, self._waiting = threading.Lock(), 0
        self._told = ""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
            with self._alone():
                self._sweep()
        except OSError as error:
            raise SettingError(
                f"setting KEEP_SAMPLES_DIR: {folder} cannot be used ({error.strerror}): name a "
                "folder that the function may write to, or set KEEP_SAMPLES to 0"
            ) from error

    def offer(self, encoded: bytes, kind: str, found: Detections) -> None:
        """Takes a picture, or not: by chance, and not while enough wait to be written.

        Args:
            encoded: Its file, as sent.
            kind: The name of its format.
            found: What was found in it.
        """
        if self._draw() >= self._limits.share or len(encoded) > self._limits.bytes:
            return
        with self._lock:
            if self._waiting + len(encoded) > _WAITING_BYTES:
                return
            with suppress(Full):
                self._queue.put_nowait((encoded, kind, found))
                self._waiting += len(encoded)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_all, name="samples", daemon=True)
                self._thread.start()

    def settle(self) -> None:
        """Waits until what was taken is written or given up."""
        self._queue.join()

    def _write_all(self) -> None:
        while True:
            encoded, kind, found = self._queue.get()
            try:
                self._write(encoded, kind, found)
                self._told = ""
            except Exception as error:  # pylint: disable=broad-exception-caught # a sample, no call
                why = getattr(error, "strerror", None) or type(error).__name__
                if why != self._told:
                    self._told = why
                    _log.warning("samples are not kept in %s: %s", self._folder, why)
            finally:
                with self._lock:
                    self._waiting -= len(encoded)
                self._queue.task_done()

    def _write(self, encoded: bytes, kind: str, found: Detections) -> None:
        moment = time.strftime(_MOMENT, time.gmtime())
        stem, suffix = f"{moment}-{os.urandom(6).hex()}", _suffix(kind)
        told = describe_sample(f"{stem}.{suffix}", found, self._model)
        with self._alone():
            self._make_room(len(encoded) + len(told))
            parts = [
                self._part(f"{stem}.{suffix}", encoded),
                self._part(f"{stem}.xml", told),
            ]
            for part in parts:
                part.rename(part.with_name(part.name.removeprefix(".").removesuffix(".part")))

    def _part(self, name: str, content: bytes) -> Path:
        """A file that is out of sight until it is whole."""
        part = self._folder / f".{name}.part"
        try:
            with os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(content)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        return part

    def _make_room(self, size: int) -> None:
        """Removes the oldest until one more of that size may be kept."""
        disk = shutil.disk_usage(self._folder)
        if disk.free - size < min(_FREE, disk.total // 10):
            raise OSError(errno.ENOSPC, "the disk is nearly full")
        kept = self._kept()
        whole = sum(entry for _, entry in kept.values())
        for stem in sorted(kept):
            if len(kept) < self._limits.count and whole + size <= self._limits.bytes:
                return
            names, taken = kept.pop(stem)
            whole -= taken
            for name in names:
                (self._folder / name).unlink(missing_ok=True)

    def _kept(self) -> dict[str, tuple[list[str], int]]:
        """By stem: names of files and their bytes. What somebody else put there is not ours."""
        kept: dict[str, tuple[list[str], int]] = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                ours = _OURS.fullmatch(entry.name)
                if ours is None or not entry.is_file(follow_symlinks=False):
                    continue
                names, size = kept.get(ours[1], ([], 0))
                with suppress(FileNotFoundError):  # somebody who labels has taken it away
                    kept[ours[1]] = ([*names, entry.name], size + entry.stat().st_size)
        return kept

    def _sweep(self) -> None:
        """Removes what a process that was killed left half-written."""
        for stem, (names, _) in self._kept().items():
            whole = len(names) == 2 and not any(name.endswith(".part") for name in names)
            if not whole and time.time() - _moment(stem) > _STALE_S:
                for name in names:
                    (self._folder / name).unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Other replicas keep samples in the same folder."""
        with os.fdopen(os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _moment(stem: str) -> float:
    """When a sample was taken, by its name."""
    try:
        return calendar.timegm(time.strptime(stem.partition("-")[0], _MOMENT))
    except ValueError:
        return 0.0


def describe_sample(name: str, found: Detections, model: str) -> bytes:
    """What was found, as VOC writes it: pixels from 1, the last one included.

    Args:
        name: Of the picture's file.
        found: What was found in it.
        model: What found it.
    """
    objects = "".join(
        f"  <object><name>{_text(name)}</name><difficult>1</difficult>"
        f"<confidence>{score}</confidence><bndbox><xmin>{xmin + 1}</xmin><ymin>{ymin + 1}</ymin>"
        f"<xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>\n"
        for name, score, (ymin, xmin, ymax, xmax) in zip(
            found.names, found.scores, found.pixels().tolist(), strict=True
        )
    )
    return (
        f"<annotation>\n  <filename>{name}</filename>\n"
        f"  <source><annotation>predicted by {_text(model)}, seen by nobody</annotation></source>\n"
        f"  <size><width>{found.width}</width><height>{found.height}</height>"
        f"<depth>3</depth></size>\n{objects}</annotation>\n"
    ).encode()


def _text(words: str) -> str:
    return escape(_NO_XML.sub("?", words))


def _suffix(kind: str) -> str:
    return {"JPEG": "jpg", "TIFF": "tif"}.get(kind, kind.lower() or "jpg")
