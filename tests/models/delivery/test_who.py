"""Who gives a command may stand in a header, whatever the account is called."""

import getpass
import re

from models.delivery.who import who


def test_any_name_of_a_user_is_plain(monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "Zoë\r\nX-Evil: 1")
    assert re.fullmatch(r"Zo___X-Evil__1@[A-Za-z0-9._-]+", who())

    def nameless():
        raise KeyError("no such user id")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert who().startswith("unknown@")
