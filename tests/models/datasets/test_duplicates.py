"""Pairs of one content: the same file, or nearly the same bits, within splits and across."""

from types import SimpleNamespace

import numpy as np

from models.datasets.duplicates import NEAR, find_pairs
from models.datasets.fingerprint import Fingerprint


def printed(exact, near=None, trouble=""):
    bits = np.random.default_rng(list(exact)).integers(0, 2**63, 4).astype(np.uint64)
    return Fingerprint(exact, bits if near is None else near, trouble)


def picture(name, split=""):
    return SimpleNamespace(name=name, split=split)


def flipped(near, count):
    bits = np.unpackbits(near.view(np.uint8))
    bits[:count] ^= 1
    return np.packbits(bits).view(np.uint64)


def found(pictures, prints):
    pairs = find_pairs(pictures, prints, lambda done, whole: None)
    return [(pair.first.name, pair.second.name, pair.bits, pair.same_file) for pair in pairs]


def test_copies_of_a_file_are_paired_with_the_first():
    names = [picture(name) for name in "abcd"]
    prints = [printed(b"1"), printed(b"2"), printed(b"1"), printed(b"1")]
    assert found(names, prints) == [("a", "c", 0, True), ("a", "d", 0, True)]


def test_near_ones_up_to_the_threshold():
    first = printed(b"1")
    prints = [first] + [
        printed(bytes([bits]), flipped(first.near, bits)) for bits in (NEAR + 1, NEAR, 0)
    ]
    pairs = found([picture(name) for name in "abcd"], prints)
    assert ("a", "c", NEAR, False) in pairs
    assert ("a", "d", 0, False) in pairs
    assert not any(pair[:2] == ("a", "b") for pair in pairs)


def test_far_apart_in_a_large_data_set():
    """Further apart than one block of those compared at once."""
    prints = [printed(number.to_bytes(2)) for number in range(1000)]
    prints[990] = printed(b"copy", flipped(prints[3].near, 5))
    seen = []
    pictures = [picture(str(number)) for number in range(1000)]
    (pair,) = find_pairs(pictures, prints, lambda *counts: seen.append(counts))
    assert (pair.first.name, pair.second.name, pair.bits) == ("3", "990", 5)
    assert seen[-1] == (1000, 1000)


def test_a_leak_is_across_splits():
    prints = [printed(b"1"), printed(b"1"), printed(b"1")]
    names = [picture("a", "train"), picture("b", "test"), picture("c", "train")]
    leak, twice = find_pairs(names, prints, lambda done, whole: None)
    assert (leak.leak, twice.leak) == (True, False)
    assert str(leak) == "train: a and test: b are the same file"


def test_what_cannot_be_decoded_is_near_to_none():
    none = np.zeros(4, np.uint64)
    prints = [printed(b"1", none, "cut"), printed(b"2", none, "cut"), printed(b"", none, "gone")]
    assert found([picture(name) for name in "abc"], prints) == []
