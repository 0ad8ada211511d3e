import click
import pytest

from models.commands.tiles_type import TILES_TYPE


@pytest.mark.parametrize(
    ("text", "tiles"), [("1", 1), ("2", 2), ("3", 3), ("auto", "auto"), (" AUTO", "auto"), (2, 2)]
)
def test_a_number_or_auto(text, tiles):
    assert TILES_TYPE.convert(text, None, None) == tiles


@pytest.mark.parametrize("text", ["0", "4", "-1", "2.0", "two", "", "\u00b2", "\u0662", "1" * 5000])
def test_anything_else_is_refused_with_what_is_allowed(text):
    with pytest.raises(click.BadParameter, match="must be a whole number from 1 to 3, or auto"):
        TILES_TYPE.convert(text, None, None)
