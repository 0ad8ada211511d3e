"""What a login keeps, and that nobody else can read it."""

import os
import stat
from pathlib import Path

import pytest

from dcf.client import credentials
from dcf.errors import CannotStart, ConfigError


@pytest.fixture
def file(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "dcf" / "credentials.json"


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, "/x/dcf/credentials.json"),
        ({"XDG_CONFIG_HOME": "", "HOME": "/h"}, "/h/.config/dcf/credentials.json"),
    ],
)
def test_it_lies_where_settings_lie(environ, place):
    assert credentials.place(environ) == place


def test_without_a_home_it_is_the_users_own():
    assert credentials.place({}) == str(Path("~/.config/dcf/credentials.json").expanduser())


def test_each_gateway_has_its_own_with_or_without_a_slash(file):
    assert credentials.authorization_for("http://a:1") == ""
    credentials.keep("http://a:1/", "Basic one")
    credentials.keep("http://b:1", "Bearer two")
    credentials.keep("http://a:1", "Basic three")
    assert credentials.authorization_for("http://a:1/") == "Basic three"
    assert credentials.authorization_for("http://b:1") == "Bearer two"
    assert credentials.forget("http://a:1/")
    assert not credentials.forget("http://a:1")
    assert credentials.authorization_for("http://a:1") == ""
    assert credentials.authorization_for("http://b:1") == "Bearer two"


def test_only_its_owner_reads_it_from_the_first_byte_on(file):
    old = os.umask(0)
    try:
        credentials.keep("http://a", "Basic x")
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["credentials.json"]


@pytest.mark.parametrize("content", ["", "[", "[]", "{}", '{"gateways": 1}', '{"gateways": [1]}'])
def test_a_file_that_is_none_is_named_and_not_overwritten(file, content):
    file.parent.mkdir(parents=True)
    file.write_text(content)
    for action in (
        lambda: credentials.authorization_for("http://a"),
        lambda: credentials.keep("http://a", "x"),
        lambda: credentials.forget("http://a"),
    ):
        with pytest.raises(ConfigError, match="remove it and log in again"):
            action()
    assert file.read_text() == content


def test_a_place_that_cannot_be_written_is_told(file, tmp_path):
    (tmp_path / "config").write_text("a file, where a folder should be")
    with pytest.raises((CannotStart, ConfigError), match=r"credentials\.json cannot be"):
        credentials.keep("http://a", "x")
    (tmp_path / "config").unlink()
    file.mkdir(parents=True)
    with pytest.raises(ConfigError, match="IsADirectoryError"):
        credentials.authorization_for("http://a")
