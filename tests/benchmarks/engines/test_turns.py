"""Engines take turns, so that whoever is slow slows nobody in particular."""

from dataclasses import replace

from benchmarks.engines import turns
from benchmarks.harness.plan import Plan


class Answering:
    """A worker of the same protocol that answers at once."""

    def __init__(self, name, order, milliseconds):
        self.name, self.order, self.milliseconds = name, order, milliseconds

    def ask(self, command):
        self.order.append(self.name)
        assert command == {"calls": 4, "warm": 1}
        return self.milliseconds


def test_the_order_moves_on_by_one_a_round(monkeypatch):
    monkeypatch.setattr(turns, "_PAUSE_SECONDS", 0)
    order = []
    workers = {
        name: Answering(name, order, taken)
        for name, taken in {"a": [3, 1, 2, 2], "b": [9, 9, 9, 9], "c": [5, 5, 5, 50]}.items()
    }
    taken = turns._take_turns(replace(Plan(), rounds=3, calls=4), workers)
    assert "".join(order) == "abc" + "bca" + "cab"
    assert taken == {"a": [2, 2, 2], "b": [9, 9, 9], "c": [5, 5, 5]}


def test_without_any_engine_there_is_no_round():
    assert turns._take_turns(Plan(), {}) == {}


def test_the_photo_has_the_size_of_the_network():
    pixels = turns.photo_pixels(turns.PHOTO)
    assert (pixels.shape, pixels.dtype.name) == ((1, 300, 300, 3), "uint8")
    assert turns.PHOTO.suffix == ".jpg"
