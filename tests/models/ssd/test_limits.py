"""No row of the table is forgotten in it: the page of limits and its tests are made from it."""

from models.ssd import limits
from models.ssd.limits import LIMITS, Limit


def test_every_limit_is_in_the_table_once():
    named = [value for value in vars(limits).values() if isinstance(value, Limit)]
    assert sorted(named) == sorted(LIMITS)
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)


def test_rows_can_be_read_by_people():
    for limit in LIMITS:
        assert limit.most > 0
        assert limit.help.endswith(".")
