"""The detector: image, preprocess, session and boxes joined. The surface of this room."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from .boxes import BoxReader
from .bundle import DEFAULT_BUNDLE, Bundle, open_bundle
from .cost import Allowance
from .cpus import usable_cpus
from .decoding import Inspected
from .detections import Detections
from .draw import PictureFormat, draw, encode_picture
from .errors import Abandoned, DetectorError
from .image import MAX_PIXELS, DecodedImage, ImageDecoder
from .preprocess import Preprocessor
from .session import open_session
from .settings import Settings


@dataclass(frozen=True)
class Answer:
    """The detections of one picture, and what they cost.

    Attributes:
        detections: What was found.
        timings_ms: Milliseconds of each stage: decode, preprocess, inference, boxes.
    """

    detections: Detections
    timings_ms: dict[str, float]


class _Calls:
    """How many calls are in progress; each is inside ``with`` meanwhile.

    Attributes:
        count: The number, this call included.
    """

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *_failure: object) -> None:
        with self._lock:
            self.count -= 1


class Detector:
    """Finds objects in pictures. Build it once; call it from as many threads as you like.

    Args:
        bundle: Folder of the model; the embedded default when None.
        max_pixels: Most pixels a picture may have.
        pool_size: Calls that may run at once; by default one a usable processor.
        allowance: What decoding a picture may take.

    Raises:
        BundleError: The bundle cannot be trusted or used.

    Attributes:
        bundle: The model.
        pool_size: As given.
        defaults: What a call gets that asks for nothing.
    """

    def __init__(
        self,
        bundle: Path | None = None,
        max_pixels: int = MAX_PIXELS,
        pool_size: int | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        # Calls are what runs in parallel here: OpenCV's own threads would only compete with them.
        cv2.setNumThreads(1)
        self.bundle: Bundle = open_bundle(bundle or DEFAULT_BUNDLE)
        manifest = self.bundle.manifest
        self.pool_size = pool_size or usable_cpus()
        self._full_decoder = ImageDecoder(None, max_pixels, allowance)
        self._decoder = self._full_decoder
        # The legacy resize takes single pixels out of the full picture: decoded any smaller, the
        # network would see other pixels than those it was trained and compared on.
        if manifest.input.resize != "legacy_bilinear":
            size = manifest.input.height, manifest.input.width
            self._decoder = ImageDecoder(size, max_pixels, allowance)
        self._preprocessor = Preprocessor(manifest.input)
        self._session = open_session(self.bundle, self.pool_size)
        self._calls = _Calls()
        self._reader = BoxReader(manifest, self.bundle.labels)
        self.defaults = Settings.of(manifest.defaults)

    def warm(self) -> None:
        """Answers one picture, so that the first real call is as fast as the next."""
        spec = self.bundle.manifest.input
        self.detect_pixels(np.full((spec.height, spec.width, 3), 128, np.uint8))

    def inspect(self, encoded: bytes, kind: str = "", *, damaged: bool = False) -> Inspected:
        """Reads a picture's header and tells what decoding it will take.

        Args:
            encoded: JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF.
            kind: Its format, where that is known already; else empty.
            damaged: Whether a damaged picture is answered by what can be read of it.

        Returns:
            What ``detect`` takes.

        Raises:
            DetectorError: The picture is not usable, or would take too much.
        """
        return self._decoder.inspect(encoded, kind, damaged=damaged)

    def check_drawable(self, picture: Inspected) -> None:
        """Tells, before anything is decoded, whether a picture may be drawn on at its full size.

        Args:
            picture: What ``inspect`` made of it.

        Raises:
            DetectorError: It would take too much.
        """
        self._full_decoder.weigh(picture)

    def detect(self, picture: bytes | Inspected, settings: Settings | None = None) -> Answer:
        """Finds the objects in an encoded picture.

        Args:
            picture: JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF, or what ``inspect`` made of it.
            settings: Thresholds of this call; the bundle's when None.

        Returns:
            Detections in pixels of the picture as sent and EXIF-turned.

        Raises:
            DetectorError: The picture or a setting is not usable.
        """
        started = time.perf_counter()
        with self._calls:
            image = self._decoder.decode(picture)
            return self._answer(image, settings or self.defaults, started)

    def detect_pixels(
        self, pixels: npt.NDArray[np.uint8], settings: Settings | None = None
    ) -> Answer:
        """Finds the objects in a decoded picture.

        Args:
            pixels: uint8 ``[H, W, 3]``: RGB, 0..255.
            settings: Thresholds of this call; the bundle's when None.

        Returns:
            Detections in pixels of that picture.
        """
        image = DecodedImage(pixels, pixels.shape[0], pixels.shape[1])
        with self._calls:
            return self._answer(image, settings or self.defaults, time.perf_counter())

    def detect_batch(
        self,
        pictures: Sequence[bytes | Inspected],
        settings: Settings | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> list[Answer | DetectorError]:
        """Finds the objects in several pictures, as many at once as the session has lanes.

        Args:
            pictures: Encoded pictures.
            settings: Thresholds of this call; the bundle's when None.
            wanted: Asked before each picture: whether anybody still waits for the answers.

        Returns:
            For each picture, in order, its answer, or the error that it alone caused.

        Raises:
            Abandoned: Nobody waits any more.
        """

        def one(picture: bytes | Inspected) -> Answer | DetectorError:
            if not wanted():
                raise Abandoned("the caller no longer waits: the rest of the batch is left out")
            try:
                return self.detect(picture, settings)
            except DetectorError as error:
                return error

        if len(pictures) < 2 or self.pool_size == 1:
            return [one(picture) for picture in pictures]
        # Imported when a batch comes: most calls bring one picture, and starts are felt.
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(self.pool_size, len(pictures))) as pool:
            return list(pool.map(one, pictures))

    def draw(
        self, picture: bytes | Inspected, detections: Detections, picture_format: PictureFormat
    ) -> bytes:
        """Draws detections on the picture they were found in, at its full size.

        Args:
            picture: The picture, as given to ``detect``.
            detections: What was found in it.
            picture_format: ``jpeg`` or ``png``.

        Returns:
            The bytes of the drawn picture.

        Raises:
            DetectorError: The picture is not usable.
        """
        if isinstance(picture, bytes):
            picture = self.inspect(picture)
        whole = self._full_decoder.weigh(picture)
        # No name holds the picture while the drawn one, which is the same, is encoded.
        drawn = draw(self._full_decoder.decode(whole).pixels, detections)
        return encode_picture(drawn, picture_format)

    def _answer(self, image: DecodedImage, settings: Settings, started: float) -> Answer:
        decoded = time.perf_counter()
        tensor = self._preprocessor.tensor(image.pixels)
        prepared = time.perf_counter()
        scores, offsets = self._session.run(tensor, self._calls.count - 1)
        inferred = time.perf_counter()
        size = (image.height, image.width)
        detections = self._reader.read(scores[0], offsets[0], size, settings)
        ended = time.perf_counter()
        return Answer(
            detections,
            {
                "decode": (decoded - started) * 1e3,
                "preprocess": (prepared - decoded) * 1e3,
                "inference": (inferred - prepared) * 1e3,
                "boxes": (ended - inferred) * 1e3,
            },
        )
