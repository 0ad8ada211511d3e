"""Whom a gateway is for, by what was said at its start."""

import pytest

from dcf.errors import CannotStart
from dcf.gateway.access.access import OPEN
from dcf.gateway.access.choosing import access_for
from dcf.gateway.access.tokens import TokenFile


@pytest.fixture
def choose(tmp_path):
    (tmp_path / "basic-auth-user").write_text("admin")
    (tmp_path / "basic-auth-password").write_text("secret")

    def chosen(host="127.0.0.1", tokens=None, basic_auth=None, auth_calls=False):
        return access_for(
            host, tmp_path / "home", basic_auth=basic_auth, secrets=tmp_path, tokens=tokens,
            auth_calls=auth_calls,
        )  # fmt: skip

    return chosen


@pytest.fixture
def token(tmp_path):
    return "Bearer " + TokenFile(tmp_path / "home" / "tokens.json").add("ci", "all")


def test_on_loopback_nobody_is_asked(choose):
    assert choose() is OPEN


def test_tokens_of_the_home_lock_it(choose, token):
    access = choose()
    assert access.credentials is None
    assert access.admit(token, "deploy", "rest").name == "ci"


def test_whoever_says_no_password_lets_everybody_in(choose, token):
    assert choose(basic_auth=False) is OPEN
    assert choose("0.0.0.0", basic_auth=False) is OPEN


def test_tokens_say_for_whom_a_gateway_that_others_reach_is(choose, token):
    assert choose("0.0.0.0").asks("deploy")


def test_where_others_reach_it_somebody_has_to_say(choose):
    with pytest.raises(CannotStart, match=r"--basic-auth .*--tokens FILE"):
        choose("0.0.0.0")


def test_tokens_that_come_later_work_beside_the_password(choose, tmp_path):
    access = choose(basic_auth=True)
    token = TokenFile(tmp_path / "home" / "tokens.json").add("late", "deploy")
    assert access.admit(f"Bearer {token}", "deploy", "rest").name == "late"


def test_a_named_file_has_to_be_there(choose, tmp_path):
    with pytest.raises(CannotStart, match="dcf gateway token add NAME --role deploy --tokens"):
        choose(tokens=tmp_path / "mine.json")
    TokenFile(tmp_path / "mine.json").add("ci", "call")
    assert choose(tokens=tmp_path / "mine.json").asks("deploy")


def test_a_broken_file_stops_the_start(choose, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "tokens.json").write_text("{")
    with pytest.raises(CannotStart, match="no file of tokens"):
        choose()
    assert choose(basic_auth=False) is OPEN


def test_calls_need_somebody_who_may(choose, token):
    assert choose(auth_calls=True).asks("call")


def test_calls_that_nobody_may_are_refused_at_the_start(choose):
    with pytest.raises(CannotStart, match="--auth-calls needs somebody"):
        choose(auth_calls=True)
