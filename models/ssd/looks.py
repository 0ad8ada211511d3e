"""Looks: a network run over a picture as a whole, and over its tiles besides."""

import time
from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

from .boxes import BoxReader
from .bundle import Bundle
from .calls import Calls
from .candidates import Candidates
from .crew import Crew
from .errors import Abandoned
from .merging import for_each, merged
from .preprocess import Preprocessor
from .session import open_session
from .settings import Settings
from .strips import covering_scale, shrunk
from .tiles import Tile, tiles_of

Pixels = npt.NDArray[np.uint8]
Wanted = Callable[[], bool]


class Look(msgspec.Struct, frozen=True):
    """What was found, and what it took.

    Attributes:
        found: In shares of what was looked at.
        preprocess: Seconds.
        inference: Seconds.
        boxes: Seconds.
    """

    found: Candidates
    preprocess: float
    inference: float
    boxes: float


def always() -> bool:
    """Of a call that is waited for whatever happens."""
    return True


def check(wanted: Wanted) -> None:
    """Ends a call that nobody waits for.

    Raises:
        Abandoned: Nobody does.
    """
    if not wanted():
        raise Abandoned("the caller no longer waits: the rest of the call is left out")


class Looks:
    """Runs one model; shared by all calls.

    Args:
        bundle: The model.
        pool_size: Calls that may run at once.

    Attributes:
        calls: Those in progress; whoever looks is inside.
        reader: What reads the network's answers.
        crew: Helps a lone call with its looks, and a batch with its pictures.
        cover: Height and width of the network's input.
        reduces: Whether the network may see pixels of a reduced picture.
    """

    def __init__(self, bundle: Bundle, pool_size: int) -> None:
        spec = bundle.manifest.input
        self.calls = Calls()
        self.reader = BoxReader(bundle.manifest, bundle.labels)
        self.cover = spec.height, spec.width
        # The legacy resize takes single pixels out of the full picture: of any smaller one, the
        # network would see other pixels than those it was trained and compared on.
        self.reduces = spec.resize != "legacy_bilinear"
        self._preprocessor = Preprocessor(spec)
        self._session = open_session(bundle, pool_size)
        self.crew = Crew(pool_size - 1)

    def at_whole(self, pixels: Pixels, settings: Settings) -> Look:
        """Looks at a picture as a whole.

        Args:
            pixels: uint8 ``[h, w, 3]``: RGB, 0..255.
            settings: Those of the call.

        Returns:
            What was found.
        """
        return self._look(pixels, settings, self.calls.others)

    def at_tiles(self, pixels: Pixels, tiles: int, settings: Settings, wanted: Wanted) -> Look:
        """Looks at a picture as a whole and in tiles.

        Args:
            pixels: uint8 ``[h, w, 3]``: RGB, 0..255.
            tiles: The last level of tiles.
            settings: Those of the call.
            wanted: Asked before each look: whether anybody still waits for the answer.

        Returns:
            What was found, in shares of the picture. The time that passed is told in the
            proportions of what the stages took in all threads.

        Raises:
            Abandoned: Nobody waits any more.
        """
        began = time.perf_counter()
        parts: list[Tile | None] = [None, *tiles_of(tiles, (pixels.shape[0], pixels.shape[1]))]
        each = for_each(settings, len(parts))
        # A call in company has one processor, a lone one all of them: then looks are what runs in
        # parallel, each on one, since splitting a small network wastes time.
        helped = self.calls.others == 0 and self.crew.size > 0

        def look(tile: Tile | None) -> Look:
            check(wanted)
            seen = self._reduced(tile.crop(pixels) if tile else pixels)
            return self._look(seen, each, max(self.calls.others, int(helped)))

        looks = self.crew.map(look, parts) if helped else [look(part) for part in parts]
        seen = [(tile, part.found) for tile, part in zip(parts, looks, strict=True) if tile]
        found = merged(looks[0].found, seen, settings)
        spent = np.array([(one.preprocess, one.inference, one.boxes) for one in looks]).sum(axis=0)
        passed = spent * ((time.perf_counter() - began) / spent.sum())
        return Look(found, *map(float, passed))

    def _reduced(self, pixels: Pixels) -> Pixels:
        """What is decoded finely enough for the smallest tiles, for a larger part."""
        if not self.reduces:
            return pixels
        return shrunk(pixels, covering_scale((pixels.shape[0], pixels.shape[1]), self.cover))

    def _look(self, pixels: Pixels, settings: Settings, others: int) -> Look:
        began = time.perf_counter()
        tensor = self._preprocessor.tensor(pixels)
        prepared = time.perf_counter()
        scores, offsets = self._session.run(tensor, others)
        inferred = time.perf_counter()
        found = self.reader.find(scores[0], offsets[0], settings)
        ended = time.perf_counter()
        return Look(found, prepared - began, inferred - prepared, ended - inferred)
