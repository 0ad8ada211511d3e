"""How two models differ."""

import msgspec

from models.registry.differing import differences
from tests.models.registry.test_record import RECORD


def test_fields_that_differ_in_order():
    other = msgspec.structs.replace(
        RECORD,
        id="digits-2",
        metrics={"mAP": 0.6, "AP50": 0.9},
        parameters={"optimizer": {"rate": 1}},
    )
    assert differences(RECORD, other) == [
        ("id", "digits-1", "digits-2"),
        ("metrics.mAP", 0.5, 0.6),
        ("metrics.AP50", None, 0.9),
        ("parameters.optimizer.rate", None, 1),
    ]
    assert differences(RECORD, RECORD) == []
