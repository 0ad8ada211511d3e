"""Who gives the command, in characters that a header may hold."""

import getpass
import re
import socket

import pytest

from dcf.client.who import who


def raises(error):
    def action():
        raise error

    return action


@pytest.mark.parametrize(
    ("user", "host", "found"),
    [
        (lambda: "me", "box.local", "me@box.local"),
        (lambda: "d\\jörg b", "b\r\nX: y", "d_j_rg_b@b__X__y"),
        (raises(KeyError(1000)), "box", "unknown@box"),
        (raises(OSError("no such user")), "box", "unknown@box"),
    ],
)
def test_it_is_plain_whoever_it_is(monkeypatch, user, host, found):
    monkeypatch.setattr(getpass, "getuser", user)
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    assert who() == found


def test_on_this_machine_it_is_somebody():
    assert re.fullmatch(r"[A-Za-z0-9._-]+@[A-Za-z0-9._-]+", who())
