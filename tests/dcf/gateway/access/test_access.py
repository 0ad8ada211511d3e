"""Who may do what: the password, tokens of each role, what this process shows to itself."""

import pytest

from dcf.errors import Forbidden, Unauthorized
from dcf.gateway.access.access import OPEN, Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.access.tokens import TokenFile
from dcf.gateway.telemetry import refusals

WHO = Credentials("admin", "secret")


@pytest.fixture
def tokens(tmp_path):
    file = TokenFile(tmp_path / "tokens.json")
    return file, {role: f"Bearer {file.add(role, role)}" for role in ("call", "deploy", "all")}


@pytest.mark.parametrize("auth_calls", [False, True])
def test_what_is_asked(tokens, auth_calls):
    file, _ = tokens
    for access in (Access(WHO, None, auth_calls), Access(None, file, auth_calls)):
        assert access.asks("deploy")
        assert access.asks("call") == auth_calls
    assert not OPEN.asks("deploy")
    assert not OPEN.asks("call")


@pytest.mark.parametrize(
    ("role", "wanted", "may"),
    [("call", "call", True), ("call", "deploy", False), ("deploy", "deploy", True),
     ("deploy", "call", False), ("all", "call", True), ("all", "deploy", True)],
)  # fmt: skip
def test_roles(tokens, role, wanted, may):
    file, headers = tokens
    access = Access(WHO, file)
    assert access.knows(headers[role], wanted, "rest") == may
    if may:
        assert access.admit(headers[role], wanted, "rest").name == role
        return
    before = refusals.COUNTS["forbidden", "rest"]
    with pytest.raises(Forbidden, match=f"token {role} has the role {role}.*{wanted} or all"):
        access.admit(headers[role], wanted, "rest")
    assert refusals.COUNTS["forbidden", "rest"] == before + 1


def test_the_password_may_everything_beside_tokens(tokens):
    access = Access(WHO, tokens[0])
    for wanted in ("call", "deploy"):
        assert access.admit(WHO.authorization, wanted, "rest").name == "admin"
    assert access.name_of(WHO.authorization) == "admin"


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "bearer dcf_x", "Basic YTpi", "Token x", "Bearer \udcff"]
)
def test_nobody_known(tokens, given):
    access = Access(WHO, tokens[0])
    with pytest.raises(Unauthorized, match="invalid credentials"):
        access.admit(given, "call", "rest")
    assert access.name_of(given) == ""


def test_a_revoked_token_is_nobodys_at_once(tokens):
    file, headers = tokens
    access = Access(None, file)
    assert access.knows(headers["all"], "deploy", "grpc")
    TokenFile(file.path).revoke("all")
    assert not access.knows(headers["all"], "deploy", "grpc")


def test_this_process_and_its_functions_are_known_without_a_name(tokens):
    access = Access(None, tokens[0], auth_calls=True)
    assert access.admit(f"Bearer {access.own}", "deploy", "rest").name == ""
    assert access.admit(f"Bearer {access.mesh}", "call", "grpc").name == ""
    with pytest.raises(Forbidden):
        access.admit(f"Bearer {access.mesh}", "deploy", "grpc")
    assert access.own not in repr(access)
    assert access.mesh not in repr(access)


def test_a_file_that_breaks_later_lets_only_the_password_in(tokens):
    file, headers = tokens
    access = Access(WHO, file)
    file.path.write_text("broken")
    assert not access.knows(headers["all"], "deploy", "rest")
    assert access.knows(WHO.authorization, "deploy", "rest")
