"""What is refused of secrets: by name, and never with a value."""

import pytest

from dcf.errors import AlreadyExists, InvalidRequest, NotFound
from dcf.providers import secret_rules


def test_a_value_has_an_upper_bound_and_is_never_shown():
    secret_rules.check_size("token", b"xyzzy" * 2, most=10)
    with pytest.raises(InvalidRequest, match="secret token has 11 bytes; at most 10 fit") as caught:
        secret_rules.check_size("token", b"xyzzy-xyzzy", most=10)
    assert "xyzzy" not in str(caught.value)


def test_creating_and_replacing_are_told_apart():
    secret_rules.check_there("token", is_here=True, replace=True)
    secret_rules.check_there("token", is_here=False, replace=False)
    with pytest.raises(AlreadyExists, match="update it instead"):
        secret_rules.check_there("token", is_here=True, replace=False)
    with pytest.raises(NotFound, match="no such secret: token"):
        secret_rules.check_there("token", is_here=False, replace=True)


def test_what_a_function_wants_must_be_here_and_stays():
    secret_rules.check_wanted(("a", "regcred"), {"a"})
    with pytest.raises(InvalidRequest, match=r"secret b is not here.*dcf secret create b"):
        secret_rules.check_wanted(("a", "b"), {"a"})
    secret_rules.check_unwanted("a", "")
    with pytest.raises(InvalidRequest, match="secret a is wanted by function echo"):
        secret_rules.check_unwanted("a", "echo")
