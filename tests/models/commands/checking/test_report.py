import json
import math

from models.commands.checking.report import Row, table


def test_rows_hold_up_to_what_is_allowed():
    assert Row("a", "scores", 1e-4, 1e-4).holds
    assert not Row("a", "scores", 2e-4, 1e-4).holds
    assert not Row("a", "scores", math.nan, 1e-4).holds
    assert not Row("a", "scores", math.inf, 1e-4).holds
    assert Row("a", "image file", None, 0.02, "no picture").holds


def test_a_table_lines_up():
    rows = [
        Row("astronaut", "scores", 1.5e-5, 1e-4),
        Row("a", "unpaired", 3, 0),
        Row("a", "image file", None, 0.02, "no picture"),
    ]
    lines = table(rows)
    assert len(lines) == 4
    assert lines[1].split() == ["astronaut", "scores", "1.5e-05", "0.0001", "ok"]
    assert lines[2].split() == ["a", "unpaired", "3", "0", "FAIL"]
    assert lines[3].endswith("-      0.02  skipped: no picture")


def test_values_are_json_whatever_they_are():
    values = [Row("a", "b", difference, 1.0).values() for difference in (0.5, math.inf, None)]
    assert [value["difference"] for value in values] == [0.5, None, None]
    assert [value["verdict"] for value in values] == ["ok", "FAIL", "skipped"]
    json.dumps(values, allow_nan=False)
