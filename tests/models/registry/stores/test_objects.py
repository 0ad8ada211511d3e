"""Times of object stores, which each names in its own way."""

from datetime import UTC, datetime

import pytest

from models.registry.stores.objects import ObjectStore, _time_of


@pytest.mark.parametrize(
    ("about", "time"),
    [
        ({"LastModified": datetime(2026, 1, 1, tzinfo=UTC)}, 1767225600),
        ({"mtime": 5}, 5),
        ({"updated": "text"}, float("inf")),
        ({}, float("inf")),
    ],
)
def test_a_store_that_tells_no_time_has_nothing_old(about, time):
    assert _time_of(about) == time


def test_other_names_are_not_below_a_prefix():
    store = ObjectStore("memory://bucket/models")
    ObjectStore("memory://bucket/models-of-others").replace("models/a.json", b"")
    assert list(store.entries("models")) == []
