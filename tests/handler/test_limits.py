import pytest

from handler import limits
from handler.errors import TooCostly
from handler.limits import LIMITS, Limit, refuse_more


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_the_greatest_number_is_allowed_and_one_more_refused(limit):
    refuse_more(limit, limit.most)
    with pytest.raises(TooCostly) as caught:
        refuse_more(limit, limit.most + 1)
    assert caught.value.code == "too_costly"
    assert f"{limit.most + 1:,} {limit.name}" in caught.value.message
    assert f"at most {limit.most:,} are allowed" in caught.value.message


def test_every_limit_is_in_the_table_once():
    named = [value for value in vars(limits).values() if isinstance(value, Limit)]
    assert sorted(named) == sorted(LIMITS)
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)
