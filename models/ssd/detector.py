"""The detector: image, preprocess, session and boxes joined. The surface of this room."""

import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from .bundle import DEFAULT_BUNDLE, Bundle, open_bundle
from .cost import LOOK_MS, Allowance
from .cpus import usable_cpus
from .decoding import Inspected
from .detections import Detections
from .errors import Abandoned, DetectorError, TooCostly
from .formats import PictureFormat
from .image import MAX_PIXELS, DecodedImage, ImageDecoder
from .looks import Looks, Wanted, always, check
from .pixels import upright_size
from .ranges import AUTO
from .settings import Settings
from .tiles import finer, looks_of, tiles_for


class Answer(msgspec.Struct, frozen=True):
    """The detections of one picture, and what they cost.

    Attributes:
        detections: What was found.
        timings_ms: Milliseconds of each stage: decode, preprocess, inference, boxes.
        tiles: How many tiles a side the picture was looked at in, 1 if only as a whole; None where
            the call did not ask for tiles.
    """

    detections: Detections
    timings_ms: dict[str, float]
    tiles: int | None = None


class Detector:
    """Finds objects in pictures. Build it once; call it from as many threads as you like.

    Args:
        bundle: Folder of the model; the embedded default when None.
        max_pixels: Most pixels a picture may have.
        pool_size: Calls that may run at once; by default one a usable processor.
        allowance: What decoding a picture may take.

    Raises:
        BundleError: The bundle cannot be trusted or used.
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
        self._looks = Looks(self.bundle, pool_size or usable_cpus())
        self._full_decoder = ImageDecoder(None, max_pixels, allowance)
        self._decoder = self._full_decoder
        if self._looks.reduces:
            self._decoder = ImageDecoder(self._looks.cover, max_pixels, allowance)
        self.defaults = Settings.of(self.bundle.manifest.defaults)

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

    def plan(self, picture: Inspected, settings: Settings) -> Inspected:
        """Decides in which tiles a picture will be looked at, and at which scale it is decoded.

        Args:
            picture: What ``inspect`` made of it.
            settings: Those of the call.

        Returns:
            What ``detect`` takes, with what it will cost.

        Raises:
            DetectorError: It would take too much; with ``auto`` only if it would as a whole, too.
        """
        header = picture.header
        size = upright_size(header.height, header.width, header.orientation)
        tiles = tiles_for(settings.tiles, size, self._looks.cover)
        while picture.tiles != tiles:
            further = LOOK_MS * looks_of(tiles) if settings.tiles == AUTO and tiles > 1 else 0
            try:
                return replace(self._decoder.weigh(picture, finer(tiles), further), tiles=tiles)
            except TooCostly:
                if settings.tiles != AUTO or tiles == 1:
                    raise
                tiles -= 1
        return picture

    def check_drawable(self, picture: Inspected) -> None:
        """Tells, before anything is decoded, whether a picture may be drawn on at its full size.

        Args:
            picture: What ``inspect`` made of it.

        Raises:
            DetectorError: It would take too much.
        """
        self._full_decoder.weigh(picture)

    def detect(
        self,
        picture: bytes | Inspected,
        settings: Settings | None = None,
        wanted: Wanted = always,
    ) -> Answer:
        """Finds the objects in an encoded picture.

        Args:
            picture: JPEG, PNG, WebP, AVIF, BMP, GIF or TIFF, or what ``inspect`` made of it.
            settings: Thresholds of this call; the bundle's when None.
            wanted: Asked before each look at a tile: whether anybody still waits for the answer.

        Returns:
            Detections in pixels of the picture as sent and EXIF-turned.

        Raises:
            DetectorError: The picture or a setting is not usable.
            Abandoned: Nobody waits any more.
        """
        started = time.perf_counter()
        settings = settings or self.defaults
        with self._looks.calls:
            whole = self.inspect(picture) if isinstance(picture, bytes) else picture
            planned = self.plan(whole, settings)
            image = self._decoder.decode(planned)
            return self._answer(image, planned.tiles, settings, (started, wanted))

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
        started = time.perf_counter()
        settings = settings or self.defaults
        image = DecodedImage(pixels, pixels.shape[0], pixels.shape[1])
        tiles = tiles_for(settings.tiles, (image.height, image.width), self._looks.cover)
        with self._looks.calls:
            return self._answer(image, tiles, settings, (started, always))

    def detect_batch(
        self,
        pictures: Sequence[bytes | Inspected],
        settings: Settings | None = None,
        wanted: Wanted = always,
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
            check(wanted)
            try:
                return self.detect(picture, settings, wanted)
            except Abandoned:
                raise
            except DetectorError as error:
                return error

        return self._looks.crew.map(one, pictures)

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
        from .draw import draw, encode_picture  # few calls want a picture, and starts are felt

        if isinstance(picture, bytes):
            picture = self.inspect(picture)
        whole = self._full_decoder.weigh(picture)
        # No name holds the picture while the drawn one, which is the same, is encoded.
        drawn = draw(self._full_decoder.decode(whole).pixels, detections)
        return encode_picture(drawn, picture_format)

    def _answer(
        self, image: DecodedImage, tiles: int, settings: Settings, call: tuple[float, Wanted]
    ) -> Answer:
        started, wanted = call
        decoded = time.perf_counter()
        if tiles == 1:
            look = self._looks.at_whole(image.pixels, settings)
        else:
            look = self._looks.at_tiles(image.pixels, tiles, settings, wanted)
        looked = time.perf_counter()
        detections = self._looks.reader.detections(look.found, (image.height, image.width))
        boxes = look.boxes + time.perf_counter() - looked
        timings = {
            "decode": (decoded - started) * 1e3,
            "preprocess": look.preprocess * 1e3,
            "inference": look.inference * 1e3,
            "boxes": boxes * 1e3,
        }
        return Answer(detections, timings, None if settings.tiles == 1 else tiles)
