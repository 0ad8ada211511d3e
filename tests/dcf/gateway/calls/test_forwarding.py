"""What a call carries on."""

import pytest
from aiohttp.test_utils import make_mocked_request

from dcf.gateway.calls.forwarding import Arrival, after_name


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/function/f", "/"),
        ("/function/f/", "/"),
        ("/function/f?q=1", "/?q=1"),
        ("/function/f/a/b?q=/x?y", "/a/b?q=/x?y"),
        ("/async-function/f/a%2Fb", "/a%2Fb"),
        ("/function/f//x/../y", "//x/../y"),
        ("http://else:80/function/f/x?q", "/x?q"),
        ("http://else/function/f", "/"),
    ],
)
def test_the_path_after_the_name(raw, expected):
    assert after_name(raw) == expected


def test_a_callers_id_is_kept_and_not_told_back():
    arrival = Arrival.of(make_mocked_request("POST", "/", {"X-Call-Id": "mine"}))
    assert arrival.call_id == "mine"
    assert "X-Call-Id" not in arrival.made


@pytest.mark.parametrize("given", [None, "", "x" * 257, "é", "a\tb"])
def test_a_missing_or_unusable_id_is_replaced_and_told(given):
    headers = {} if given is None else {"X-Call-Id": given}
    arrival = Arrival.of(make_mocked_request("POST", "/", headers))
    assert len(arrival.call_id) == 36
    assert arrival.made["X-Call-Id"] == arrival.call_id
