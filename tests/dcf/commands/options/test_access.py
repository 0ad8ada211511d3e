"""The flags that say who may come."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dcf.commands.options.access import AccessFlags, access_flags_of, access_options
from dcf.errors import CannotStart


@pytest.fixture
def taken():
    """`taken(*flags, **environ)` is what a command with the flags is given."""

    def run(*flags, **environ):
        got = []

        @click.command()
        @access_options
        def command(**given):
            got.append(access_flags_of(given))
            assert not given  # nothing is left for the command itself

        CliRunner(env=environ).invoke(command, flags, catch_exceptions=False)
        return got[0]

    return run


def test_flags_come_before_the_environment_and_both_before_the_usual(taken):
    assert taken() == AccessFlags(None, Path("/run/secrets"), None, False, False, None, None)
    environ = {
        "basic_auth": "true",
        "secret_mount_path": "/a",
        "DCF_TOKENS": "t",
        "DCF_TLS_KEY": "k",
    }
    found = taken("--no-basic-auth", "--trust-pages", "--tokens", "mine", **environ)
    assert found == AccessFlags(False, Path("/a"), Path("mine"), False, True, None, Path("k"))


def test_what_is_secret_is_named_where_it_is(taken):
    found = taken("--secret-mount-path", "/s", "--tls-key", "key.pem", "--tls-cert", "cert.pem")
    users = (Path("/s/basic-auth-user"), Path("/s/basic-auth-password"))
    assert found.secret_files == (*users, Path("key.pem"))
    assert taken("--tokens", "t").secret_files[2:] == (Path("t"),)


def test_a_certificate_wants_its_key(taken, tmp_path):
    assert taken().certificate() is None
    with pytest.raises(CannotStart, match="--tls-key"):
        taken("--tls-cert", tmp_path / "cert.pem").certificate()


def test_whom_it_is_for_has_to_be_said_of_an_open_address(taken, tmp_path):
    assert taken().access("127.0.0.1", tmp_path).credentials is None
    with pytest.raises(CannotStart, match="--basic-auth"):
        taken().access("0.0.0.0", tmp_path)
