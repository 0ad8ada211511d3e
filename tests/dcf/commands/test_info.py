"""dcf function info."""

import json

import pytest
import yaml


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_info_and_list_as_json_say_what_their_text_says(versions, wire, text):
    gateway = getattr(versions, wire)
    found = json.loads(text(versions.dcf("info", "v", "--json", gateway=gateway)))
    assert found == yaml.safe_load(text(versions.dcf("info", "v", gateway=gateway)))
    assert found in json.loads(text(versions.dcf("list", "--json", gateway=gateway)))


FOUND = {
    "name": "f", "image": "i", "invocationCount": 7, "replicas": 2, "availableReplicas": 1,
    "annotations": {"desc": "d"}, "labels": {"l": "1"},
}  # fmt: skip


def test_keys_and_their_order_are_the_originals(ask, stand_in):
    stand_in.table["GET /system/function/f"] = (200, FOUND)
    found = json.loads(ask("function", "info", "f", "--json").stdout)
    assert list(found.items()) == [
        ("name", "f"), ("image", "i"), ("invocationcount", 7), ("replicas", 2),
        ("annotations", {"desc": "d"}), ("availablereplicas", 1), ("labels", {"l": "1"}),
    ]  # fmt: skip
    lines = ask("function", "info", "f").stdout.splitlines()
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == list(found)


def test_a_config_file_is_taken_and_not_read(ask, stand_in):
    stand_in.table["GET /system/function/f"] = (200, FOUND)
    assert ask("function", "info", "f", "-f", "/no/such/file").exit_code == 0
