"""A password in an address is shown nowhere."""

import pytest

from models.pipeline.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("--track=http://me:secret@host:5000", "--track=http://me:***@host:5000"),
        ('["http://:secret@host", "s3://k:se@cret@b/x"]', '["http://:***@host", "s3://k:***@b/x"]'),
        ("two http://a:b@c http://d:e@f", "two http://a:***@c http://d:***@f"),
        ("http://host:8080/a@b and me@host", "http://host:8080/a@b and me@host"),
        ("s3://name@bucket/models", "s3://name@bucket/models"),
    ],
    ids=["option", "list", "two", "none", "name alone"],
)
def test_only_passwords_are_hidden(text, shown):
    assert masked(text) == shown
