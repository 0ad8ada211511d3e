"""Whom a gateway is for, out of its flags and its folders."""

from pathlib import Path

from ...errors import CannotStart
from .access import OPEN, Access
from .credentials import credentials_for
from .tokens import FILE, TokenFile


def access_for(
    host: str,
    home: Path,
    *,
    basic_auth: bool | None,
    secrets: Path,
    tokens: Path | None,
    auth_calls: bool,
) -> Access:
    """Whom a gateway on this address is for.

    Args:
        host: The address it listens on.
        home: Folder of its state, where its tokens are unless another file is named.
        basic_auth: Whether to ask for a password; False lets everybody in, whatever tokens lie
            in `home`; None leaves it open on loopback alone, if there are no tokens.
        secrets: Folder of the password's two files.
        tokens: A file of tokens that has to be there; or nothing.
        auth_calls: Whether calls of functions need one, too.

    Raises:
        CannotStart: Nobody said whom it is for, or a file is missing or broken.
    """
    file = _tokens(home, tokens, asked=basic_auth is not False)
    wanted = False if basic_auth is None and file is not None else basic_auth
    credentials = credentials_for(host, wanted, secrets)
    if credentials is None and file is None:
        if auth_calls:
            raise CannotStart(
                "--auth-calls needs somebody who may call: add --basic-auth, or make a token "
                "(`dcf gateway token add NAME --role call`)"
            )
        return OPEN
    return Access(credentials, file or TokenFile(home.expanduser() / FILE), auth_calls)


def _tokens(home: Path, named: Path | None, *, asked: bool) -> TokenFile | None:
    """The file that is looked at from the start; raises `CannotStart`."""
    if named is None and not asked:
        return None
    file = TokenFile(named or home.expanduser() / FILE)
    if not file.tokens() and named is None:
        return None
    if named is not None and not named.exists():
        raise CannotStart(
            f"{named} is not there: make it with "
            f"`dcf gateway token add NAME --role deploy --tokens {named}`"
        )
    return file
