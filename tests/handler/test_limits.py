import pytest

from handler.errors import TooCostly
from handler.limits import LIMITS, refuse_more


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_the_greatest_number_is_allowed_and_one_more_refused(limit):
    refuse_more(limit, limit.most)
    with pytest.raises(TooCostly) as caught:
        refuse_more(limit, limit.most + 1)
    assert caught.value.code == "too_costly"
    assert f"{limit.most + 1:,} {limit.name}" in caught.value.message
    assert f"at most {limit.most:,} are allowed" in caught.value.message
