"""The gateway's address and login are found where the `dcf` command keeps them."""

import pytest

from dcf import client
from dcf.client import credentials as theirs
from models.delivery.credentials import (
    ADDRESS_VARIABLES,
    DEFAULT_ADDRESS,
    authorization_for,
    choose_address,
)
from models.delivery.errors import DeliveryError


def test_what_dcf_login_keeps_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert authorization_for("http://127.0.0.1:1") == ""
    theirs.keep("http://127.0.0.1:1/", "Basic xyz")
    assert authorization_for("http://127.0.0.1:1") == "Basic xyz"
    assert authorization_for("http://127.0.0.1:2") == ""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    theirs.keep("http://127.0.0.1:2", "Basic abc")
    assert authorization_for("http://127.0.0.1:2") == "Basic abc"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"gateways": 3}', b"\xff", b"[" * 90_000])
def test_a_file_that_is_none_is_one_line(tmp_path, content):
    (tmp_path / "dcf").mkdir()
    (tmp_path / "dcf/credentials.json").write_bytes(content)
    with pytest.raises(DeliveryError, match=r"cannot be used .* remove it and `dcf login` again"):
        authorization_for("http://127.0.0.1:1", {"XDG_CONFIG_HOME": str(tmp_path)})


def test_flag_then_environment_then_this_machine_as_dcf_has_it():
    assert choose_address("", {}) == DEFAULT_ADDRESS == client.DEFAULT_ADDRESS
    assert ADDRESS_VARIABLES == client.ADDRESS_VARIABLES
    for name in ADDRESS_VARIABLES:
        assert choose_address("", {name: "http://127.0.0.1:2/"}) == "http://127.0.0.1:2"
    assert choose_address("https://h:3", {"DCF_GATEWAY": "http://x"}) == "https://h:3"


@pytest.mark.parametrize(
    "text", ["127.0.0.1:32222", "ftp://h", "http://", "http://h:x", "http://[::1"]
)
def test_an_address_of_another_kind_is_refused(text):
    with pytest.raises(DeliveryError, match="is no address of one"):
        choose_address(text, {})


@pytest.mark.parametrize("text", ["http://me:secret@h:1", "https://:secret@h", "http://me@h"])
def test_a_login_in_an_address_is_refused_and_not_shown(text):
    with pytest.raises(DeliveryError, match="has no name or password in it") as raised:
        choose_address(text, {})
    assert "secret" not in raised.value.message
