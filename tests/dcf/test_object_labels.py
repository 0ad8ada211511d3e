"""Kubernetes' rules for labels and the names of annotations."""

import pytest

from dcf.object_labels import is_key, is_label_value


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        ("a", True), ("dcf.rollout.mode", True), ("com.openfaas.scale.max", True),
        ("A_b-c.1", True),
        ("example.org/a", True), (f"{'a' * 253}/b", True), ("k" * 63, True),
        ("", False), ("a b", False), ("-a", False), ("a-", False), ("k" * 64, False), ("/a", False),
        ("a/", False), ("a/b/c", False), ("Example.org/a", False), (f"{'a' * 254}/b", False),
        ("a\n", False), ("é", False), ("ex_ample/a", False), ("a..b/c", False),
    ],
)  # fmt: skip
def test_a_key_is_a_name_or_has_a_domain_before_it(key, fits):
    assert is_key(key) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [("", True), ("a" * 63, True), ("a" * 64, False), ("a\n", False), ("1.0", True)],
)
def test_a_value_is_short_and_plain(text, fits):
    assert is_label_value(text) is fits
