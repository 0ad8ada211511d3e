"""Hostile bodies: the same for the same seed, of every kind, and none that hurts the sender."""

import itertools
import random

from benchmarks.bodies.hostile import attacks
from benchmarks.comparisons.hostile_bodies import SEED
from benchmarks.harness.plan import photos


def some(seed, count):
    return list(itertools.islice(attacks(random.Random(seed), photos()[0].read_bytes()), count))


def test_the_same_seed_makes_the_same_attacks():
    assert some(1, 50) == some(1, 50)
    assert some(1, 50) != some(2, 50)


def test_every_kind_is_among_them():
    found = some(SEED, 1000)
    bodies = [attack.body for attack in found]
    assert b"" in bodies
    for start in (b"\xff\xd8", b"\x89PNG", b"BM", b"RIFF", b"GIF8", b"{", b"--frontier", b"data:"):
        assert sum(body.startswith(start) for body in bodies) > 5, start
    assert len({attack.query for attack in found}) > 10
    assert len({attack.content_type for attack in found}) > 5
    assert max(map(len, bodies)) < 1_000_000
