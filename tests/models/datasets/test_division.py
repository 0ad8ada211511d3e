"""Parts are as large as asked for, mixed as the whole, and keep together what belongs together."""

from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.datasets.division import divide, key_by_part, key_by_pattern, parse_shares
from models.datasets.errors import DataSetError
from models.datasets.record import Annotated, DataSet


def picture(number, columns, name=None):
    count = len(columns)
    return Annotated(
        image_id=number,
        name=name or f"{number:05}.jpg",
        file=Path("none"),
        size=(10, 10),
        boxes=np.tile(np.float32([0, 0, 1, 1]), (count, 1)),
        columns=np.array(columns, np.intp),
        crowd=np.zeros(count, np.bool_),
        difficult=np.zeros(count, np.bool_),
    )


def data_set(pictures, classes=3):
    return DataSet(tuple(map(str, range(classes))), tuple(range(1, classes + 1)), tuple(pictures))


def parts(data):
    return {each.name: each.split for each in data.pictures}


@pytest.mark.parametrize(
    ("text", "names", "shares"),
    [
        ("80/10/10", ("train", "val", "test"), (0.8, 0.1, 0.1)),
        ("1/1", ("train", "val"), (0.5, 0.5)),
        ("0.7/0.3", ("train", "val"), (0.7, 0.3)),
    ],
)
def test_shares(text, names, shares):
    read = parse_shares(text)
    assert read.names == names
    assert read.shares == pytest.approx(shares)


@pytest.mark.parametrize("text", ["", "80", "80/20/0", "a/b", "1/1/1/1", "nan/1", "-1/2", "inf/1"])
def test_other_shares_are_refused(text):
    with pytest.raises(DataSetError, match="--shares is"):
        parse_shares(text)


def test_each_part_has_its_share_of_every_class():
    """Class 2 is rare: 20 of 1,000 pictures have it."""
    pictures = [
        picture(at, [0] * (at % 3) + [1] * (at % 2) + [2] * (at < 20)) for at in range(1000)
    ]
    divided = divide(data_set(pictures), parse_shares("80/10/10"), str, 0)
    for column in range(3):
        counts = {
            name: sum(int((each.columns == column).sum()) for each in divided.pictures
                      if each.split == name)
            for name in ("train", "val", "test")
        }  # fmt: skip
        whole = sum(counts.values())
        assert counts["train"] == pytest.approx(0.8 * whole, abs=2)
        assert counts["val"] == pytest.approx(0.1 * whole, abs=2)
    sizes = [list(parts(divided).values()).count(name) for name in ("train", "val", "test")]
    assert sizes == pytest.approx([800, 100, 100], abs=5)


def test_the_seed_and_nothing_else_decides():
    pictures = [picture(at, [at % 3]) for at in range(200)]
    shares = parse_shares("80/20")
    once = parts(divide(data_set(pictures), shares, str, 1))
    turned = [replace(each, image_id=1000 - each.image_id) for each in reversed(pictures)]
    assert parts(divide(data_set(turned), shares, str, 1)) == once
    assert parts(divide(data_set(pictures), shares, str, 2)) != once


def test_groups_stay_together():
    pictures = [picture(at, [0], f"place{at % 20}_{at}.jpg") for at in range(200)]
    for key in (key_by_part("_:0"), key_by_pattern(r"^(place\d+)_")):
        divided = divide(data_set(pictures), parse_shares("50/50"), key, 3)
        splits = {}
        for each in divided.pictures:
            splits.setdefault(each.name.partition("_")[0], set()).add(each.split)
        assert len(splits) == 20
        assert all(len(found) == 1 for found in splits.values())
        assert list(parts(divided).values()).count("train") == 100


def test_pictures_without_objects_are_dealt_out_too():
    divided = divide(data_set([picture(at, []) for at in range(50)]), parse_shares("80/20"), str, 0)
    assert list(parts(divided).values()).count("val") == 10


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: key_by_pattern("("), r"--by is '\(', no regular expression"),
        (lambda: key_by_pattern("x")("a"), "finds nothing in 'a'"),
        (lambda: key_by_part("_"), "--by-part is '_'"),
        (lambda: key_by_part(":0"), "--by-part is ':0'"),
        (lambda: key_by_part("_:x"), "--by-part is '_:x'"),
        (lambda: key_by_part("_:2")("a_b"), "'a_b' has 2 parts"),
        (lambda: key_by_part("_:-3")("a_b"), "'a_b' has 2 parts"),
    ],
)
def test_keys_that_make_no_sense(make, said):
    with pytest.raises(DataSetError, match=said):
        make()


def test_keys():
    assert key_by_part("_:-1")("a_b") == "b"
    assert key_by_part("::1")("a:b") == "b"
    assert key_by_pattern("a(x)?")("a") == ""
    assert key_by_pattern(r"\d+")("frame12.jpg") == "12"


def test_too_few_groups():
    pictures = [picture(at, [0]) for at in range(3)]
    with pytest.raises(DataSetError, match="make 1 groups: too few for 2"):
        divide(data_set(pictures), parse_shares("1/1"), lambda name: "", 0)
    with pytest.raises(DataSetError, match="nothing is left for val"):
        divide(data_set(pictures), parse_shares("1000/1"), str, 0)


@given(
    some.lists(some.lists(some.integers(0, 2), max_size=4), min_size=30, max_size=60),
    some.integers(0, 5),
)
def test_every_picture_gets_one_part(columns, seed):
    pictures = [picture(at, each) for at, each in enumerate(columns)]
    divided = divide(data_set(pictures), parse_shares("60/20/20"), str, seed)
    assert [each.name for each in divided.pictures] == [each.name for each in pictures]
    assert {each.split for each in divided.pictures} == {"train", "val", "test"}


@pytest.mark.parametrize("key", [key_by_part("_:1"), key_by_pattern("서울|경기도")])
def test_a_name_is_one_name_however_it_is_composed(key):
    name = "20201102_경기도_맑음.png"
    assert key(normalize("NFD", name)) == key(normalize("NFC", name)) == "경기도"
