"""The flags of `dcf gateway start` that say who may come, and by which certificate it is known."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from ...gateway.access.access import Access
from ...gateway.access.certificate import Certificate, certificate_of
from ...gateway.access.choosing import access_for

_Command = Callable[..., Any]
_OPTIONS = (
    click.option(
        "--basic-auth/--no-basic-auth",
        envvar="basic_auth",
        default=None,
        help="Ask for a user and password at the gateway's own routes. [default: no on a loopback "
        "address; elsewhere it must be said]",
    ),
    click.option(
        "--secret-mount-path",
        envvar="secret_mount_path",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("/run/secrets"),
        show_default=True,
        help="Folder of the files basic-auth-user and basic-auth-password.",
    ),
    click.option(
        "--tokens",
        envvar="DCF_TOKENS",
        type=click.Path(path_type=Path, dir_okay=False),
        help="File of tokens that may use the gateway as well. [default: tokens.json in --home, if "
        "there are some]",
    ),
    click.option(
        "--auth-calls/--no-auth-calls",
        envvar="DCF_AUTH_CALLS",
        help="Ask for a token or the password at calls of functions, too. [default: no]",
    ),
    click.option(
        "--trust-pages/--no-trust-pages",
        envvar="DCF_TRUST_PAGES",
        help="Let pages that functions answer with use the session of who is logged in at /ui/. "
        "[default: no, they run in a sandbox]",
    ),
    click.option(
        "--tls-cert",
        envvar="DCF_TLS_CERT",
        type=click.Path(path_type=Path, dir_okay=False),
        help="PEM file of a certificate: both doors speak TLS. Renewed without a restart.",
    ),
    click.option(
        "--tls-key",
        envvar="DCF_TLS_KEY",
        type=click.Path(path_type=Path, dir_okay=False),
        help="PEM file of its private key.",
    ),
)


@dataclass(frozen=True)
class AccessFlags:
    """What the flags say; they have the same names."""

    basic_auth: bool | None
    secret_mount_path: Path
    tokens: Path | None
    auth_calls: bool
    trust_pages: bool
    tls_cert: Path | None
    tls_key: Path | None

    def access(self, host: str, home: Path) -> Access:
        """Whom a gateway on this host is for; raises `CannotStart`."""
        return access_for(
            host,
            home,
            basic_auth=self.basic_auth,
            secrets=self.secret_mount_path,
            tokens=self.tokens,
            auth_calls=self.auth_calls,
        )

    def certificate(self) -> Certificate | None:
        """For TLS; None for none; raises `CannotStart`."""
        return certificate_of(self.tls_cert, self.tls_key)

    @property
    def secret_files(self) -> tuple[Path, ...]:
        """What no function may read."""
        mounted = self.secret_mount_path
        named = (self.tokens, self.tls_key)
        return (
            mounted / "basic-auth-user",
            mounted / "basic-auth-password",
            *(each for each in named if each is not None),
        )


def access_options(command: _Command) -> _Command:
    """Add them all; the command is given each as a keyword argument: see `access_flags_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def access_flags_of(flags: dict[str, Any]) -> AccessFlags:
    """Take them out of a command's keyword arguments."""
    return AccessFlags(**{each.name: flags.pop(each.name) for each in fields(AccessFlags)})
