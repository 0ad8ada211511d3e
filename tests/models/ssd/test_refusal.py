import pytest

from models.ssd.errors import TooCostly
from models.ssd.limits import LIMITS, Limit
from models.ssd.refusal import refuse_more


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_the_greatest_number_is_allowed_and_one_more_refused(limit):
    refuse_more(limit, limit.most)
    with pytest.raises(TooCostly) as caught:
        refuse_more(limit, limit.most + 1)
    message = caught.value.message
    assert f"{limit.most + 1:,} {limit.name}, at most {limit.most:,} are allowed" in message
    assert message.endswith(f", or raise {limit.setting}" if limit.setting else "simpler")


def test_a_number_of_its_own():
    limit = Limit("parts", 10, "MAX_PARTS", "")
    refuse_more(limit, 12.4, most=12.4)
    with pytest.raises(TooCostly, match="12 parts, at most 11 are"):
        refuse_more(limit, 11.6, most=11)
    with pytest.raises(TooCostly):
        refuse_more(limit, 1, most=0)
