"""How verbs take tiles: a number, or ``auto``."""

import click

from ..ssd.ranges import AUTO, TILES, TILES_DEMAND
from ..ssd.settings import Tiles


class TilesType(click.ParamType[Tiles]):
    """Turns what a person writes into what settings take."""

    name = f"{TILES.low}-{TILES.high}|{AUTO}"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Tiles:
        """Reads a count or the word; fails with what is allowed."""
        text = str(value).strip().lower()
        if text == AUTO:
            return AUTO
        # Other digits than these are text to Python, too.
        if not (text.isascii() and text.isdigit() and int(text[:3]) in TILES):
            self.fail(f"{TILES_DEMAND}, got {value!r}", param, ctx)
        return int(text)


TILES_TYPE = TilesType()
