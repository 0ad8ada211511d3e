"""The YAML of every export."""

import yaml

from dcf.export.yaml_text import filled, yaml_text


def test_keys_stay_in_order_and_long_texts_in_one_line():
    document = {"z": "x " * 200, "a": [{"b": "é"}], "c": "on", "d": True}
    text = yaml_text(document, "first", "second")
    assert yaml.safe_load(text) == document
    lines = text.decode().splitlines()
    assert lines[:2] == ["# first", "# second"]
    assert [line.partition(":")[0] for line in lines if not line.startswith(("#", "-", " "))] == [
        "z", "a", "c", "d",
    ]  # fmt: skip
    assert "é".encode() in text


def test_comments_are_no_part_of_the_document():
    assert yaml.safe_load(yaml_text([], "a: b")) == []


def test_only_empty_lists_and_maps_are_left_out():
    table = {"list": [], "map": {}, "none": None, "zero": 0, "no": False, "text": "", "full": [1]}
    assert filled(table) == {"none": None, "zero": 0, "no": False, "text": "", "full": [1]}
