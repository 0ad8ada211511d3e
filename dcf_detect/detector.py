"""The detector as a library: pictures in any form in, results out."""

from collections.abc import Generator, Iterable, Iterator
from os import PathLike, fspath
from pathlib import Path
from typing import TypeVar, Unpack, overload

import cv2

from .box import Box
from .failure import Failure
from .options import Call, CallOptions, Thresholds, call_of, settings_of
from .ordered import in_order
from .picture import Picture, Source
from .result import Result
from .rooms import Answer, DetectorError, Engine, OptionError, Settings, usable_cpus
from .sources import Several, open_source

Item = TypeVar("Item", bound=Source)


class Detector:
    """Finds objects in pictures. Build it once; call it from as many threads as you like.

    Args:
        bundle: The model: an embedded one's name, or a folder; the default one when None.
        threads: How many pictures of a list, a folder or a video are worked on at once; by default
            one for each processor that this process may use.
        thresholds: What every call gets that asks for nothing else: ``threshold``, ``iou``,
            ``top_k``, ``max_detections``, ``classes``, ``tiles``; the model's own by default.

    Raises:
        DetectorError: The model cannot be trusted or used.
        TypeError: A value is not of its type.
        ValueError: A value is out of its range, or a class is not one of the model's.

    Attributes:
        model: Its name, version and digest.
        classes: The names of its classes.
    """

    def __init__(
        self,
        bundle: str | PathLike[str] | None = None,
        *,
        threads: int | None = None,
        **thresholds: Unpack[Thresholds],
    ) -> None:
        if threads is not None and (not isinstance(threads, int) or threads < 1):
            raise ValueError(f"threads must be a whole number from 1, got {threads!r}")
        # The function's own process is set to one thread of OpenCV's; a user's is left as it was.
        before = cv2.getNumThreads()
        self._engine = Engine(None if bundle is None else Path(fspath(bundle)), pool_size=threads)
        cv2.setNumThreads(before)
        self._threads = threads or usable_cpus()
        manifest = self._engine.bundle.manifest
        self.model = {
            "name": manifest.name,
            "version": manifest.version,
            "digest": self._engine.bundle.digest,
        }
        self.classes = self._engine.bundle.labels.names
        self._settings = self._known(settings_of(thresholds, self._engine.defaults))

    def __repr__(self) -> str:
        return f"<Detector {self.model['name']}, threshold {self._settings.threshold:g}>"

    @overload
    def __call__(self, source: Source, **options: Unpack[CallOptions]) -> Result: ...
    @overload
    def __call__(
        self, source: list[Source] | tuple[Source, ...], **options: Unpack[CallOptions]
    ) -> list[Result]: ...
    @overload  # a list of paths alone is no list of any kind of picture
    def __call__(
        self, source: list[Item] | tuple[Item, ...], **options: Unpack[CallOptions]
    ) -> list[Result]: ...
    @overload
    def __call__(
        self, source: int | Iterator[Item], **options: Unpack[CallOptions]
    ) -> Generator[Result, None, None]: ...
    def __call__(
        self, source: object, **options: Unpack[CallOptions]
    ) -> Result | list[Result] | Generator[Result, None, None]:
        """Finds the objects of a picture, or of several.

        Args:
            source: A path, bytes, an open file, a Pillow image or a numpy array; a list of these;
                or anything that ``stream`` takes.
            options: ``threshold``, ``iou``, ``top_k``, ``max_detections``, ``classes`` and
                ``tiles`` of this call; ``color="bgr"`` and ``floats=True`` for arrays of that kind;
                ``damaged="accept"`` answers a damaged picture by what can be read of it;
                ``on_error="keep"`` gives a picture that fails an empty result with its ``error``.

        Returns:
            A result for a picture, a list of them for a list, and what ``stream`` returns for a
            folder, a pattern, a video or a camera. A checker of types takes every path for a
            picture's: there, write ``stream`` for the others.

        Raises:
            DetectorError: A picture is damaged, too large, or none at all.
            OSError: A file cannot be read.
            TypeError: What came is no picture.
            ValueError: An array, an option or an address that cannot be used.
        """
        call = self._call(options)
        found = open_source(source, call.form)
        if isinstance(found, Picture):
            return self._one(found, call)
        results = self._results(found, call)
        return list(results) if found.listed else results

    def stream(
        self, source: Source | int | Iterable[Source], **options: Unpack[CallOptions]
    ) -> Generator[Result, None, None]:
        """Finds the objects of one picture after the other, as they are asked for.

        Args:
            source: A folder, a pattern such as ``photos/*.jpg``, a video file, a camera's number,
                or anything that gives pictures one after the other.
            options: As for a call.

        Returns:
            The results in order. What was opened is closed at the end, or by ``close()``.

        Raises:
            OSError: The source cannot be opened.
        """
        call = self._call(options)
        found = open_source(source, call.form)
        if isinstance(found, Picture):
            found = Several(iter([found]))
        return self._results(found, call)

    def _results(self, found: Several, call: Call) -> Generator[Result, None, None]:
        threads = 1 if found.live else self._threads
        return in_order(lambda picture: self._one(picture, call), found.pictures, threads)

    def _call(self, options: CallOptions) -> Call:
        call = call_of({**options}, self._settings)
        if call.settings is not self._settings:
            self._known(call.settings)
        return call

    def _known(self, settings: Settings) -> Settings:
        """An unknown class is a mistake of the call, not of each picture."""
        try:
            self._engine.bundle.labels.columns(settings.classes)
        except OptionError as error:
            raise ValueError(error.message) from None
        return settings

    def _one(self, picture: Picture, call: Call) -> Result:
        try:
            content = picture.load()
            if isinstance(content, bytes):
                inspected = self._engine.inspect(content, damaged=call.damaged)
                return self._result(picture, self._engine.detect(inspected, call.settings))
            return self._result(picture, self._engine.detect_pixels(content, call.settings))
        except (DetectorError, OSError) as error:
            if call.keep_errors:
                failure = Failure(getattr(error, "code", "unreadable"), str(error))
                return Result(name=picture.name, model=self.model, error=failure, picture=picture)
            if isinstance(error, DetectorError) and picture.name:
                raise type(error)(f"{picture.name}: {error.message}") from error
            raise

    def _result(self, picture: Picture, answer: Answer) -> Result:
        found = answer.detections
        return Result(
            tuple(map(Box.from_dict, found.objects())),
            found.width,
            found.height,
            name=picture.name,
            frame=picture.frame,
            seconds=picture.seconds,
            model=self.model,
            timings_ms=answer.timings_ms,
            picture=picture,
        )
