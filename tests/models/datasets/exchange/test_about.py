import json

import pytest

from models.datasets.errors import DataSetError
from models.datasets.exchange.about import About, format_about, parse_about

KEY = "0123456789abcdef" * 4
ABOUT = About(digest="d", rows="r", pictures=2, classes=("a",), class_ids=(4,), parts=(KEY,))


def test_it_comes_back_and_a_field_of_a_newer_release_is_no_trouble():
    assert parse_about(format_about(ABOUT), "x") == ABOUT
    assert parse_about(json.dumps(json.loads(format_about(ABOUT)) | {"new": 1}), "x") == ABOUT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "upgrade dcf-detect"),
        ({"class_ids": []}, "classes and ids differ"),
        ({"parts": ["../../etc/passwd"]}, "is no part"),
        ({"parts": [KEY[:-1] + "/"]}, "is no part"),
        ({"pictures": "many"}, "does not describe a data set"),
    ],
)
def test_what_is_none_is_refused(change, said):
    with pytest.raises(DataSetError, match=said):
        parse_about(json.dumps(json.loads(format_about(ABOUT)) | change), "x")


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b"null", b"\x80\x04K\x01."])
def test_no_bytes_get_through(content):
    with pytest.raises(DataSetError, match="x does not describe a data set"):
        parse_about(content, "x")
