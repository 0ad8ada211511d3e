"""The gateway's certificate and key: two PEM files, looked at again so that they can be renewed."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import grpc

from ...errors import CannotStart
from ..telemetry.events import CERTIFICATE, CERTIFICATE_UNUSABLE, tell

_LOOK_SECONDS = 5.0


class Certificate:
    """What connections over TLS are shown.

    Both files are read at once, and are used only if they belong together: whoever renews them
    changes one after the other.

    Attributes:
        context: For connections over HTTP; new ones are shown what was loaded last.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        """Load both files.

        Args:
            chain: The certificate, and those that lead to one that callers trust; PEM.
            key: Its private key, without a password; PEM.

        Raises:
            CannotStart: One cannot be read, or they do not belong together.
        """
        self._chain, self._key = chain, key
        self._bytes = self._read()
        self.context = _context(chain, key)
        self._told = b""
        self._tell()

    @property
    def for_grpc(self) -> grpc.ServerCredentials:
        """The same for gRPC, which asks again with every connection."""
        return grpc.dynamic_ssl_server_credentials(
            self._configuration(), self._configuration, require_client_authentication=False
        )

    def renew(self) -> None:
        """Load the files again if they have changed; one that cannot be used is one log line."""
        try:
            found = self._read()
            if found == self._bytes:
                return
            _context(self._chain, self._key)  # else a broken one would be half loaded
            self.context.load_cert_chain(self._chain, self._key)
            if self._read() != found:  # they change just now, and gRPC would get one of each
                return
        except (CannotStart, ssl.SSLError, OSError) as fault:
            words = fault.message if isinstance(fault, CannotStart) else str(fault)
            tell(CERTIFICATE_UNUSABLE, file=str(self._chain), reason=words)
            return
        self._bytes = found
        self._tell()

    @contextlib.asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Look at the files every few seconds meanwhile."""

        async def look() -> None:
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                await asyncio.to_thread(self.renew)

        looking = asyncio.create_task(look())
        try:
            yield
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking

    def _configuration(self) -> grpc.ServerCertificateConfiguration:
        chain, key = self._bytes
        return grpc.ssl_server_certificate_configuration([(key, chain)])

    def _read(self) -> tuple[bytes, bytes]:
        return _bytes_of(self._chain), _bytes_of(self._key)

    def _tell(self) -> None:
        tell(CERTIFICATE, file=str(self._chain), not_after=_not_after(self._chain))


def certificate_of(chain: Path | None, key: Path | None) -> Certificate | None:
    """What two settings name; None where neither does, `CannotStart` where one does."""
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        raise CannotStart("TLS needs two files: name both --tls-cert and --tls-key")
    return Certificate(chain, key)


def _context(chain: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        # An empty password, or OpenSSL asks for it at the terminal.
        context.load_cert_chain(chain, key, password="")  # none
    except (ssl.SSLError, OSError) as fault:
        why = getattr(fault, "reason", "") or fault.strerror or str(fault)
        raise CannotStart(
            f"{chain} and {key} cannot be used for TLS ({why}): both must be PEM, the key without "
            "a password and the one of the first certificate"
        ) from fault
    return context


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CannotStart(f"TLS needs {path} ({fault.strerror or 'unreadable'})") from fault


def _not_after(chain: Path) -> str:
    """Until when it holds, for the log; nothing where that cannot be told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with contextlib.suppress(ssl.SSLError, OSError):
        context.load_verify_locations(chain)
    ends = [ssl.cert_time_to_seconds(str(each["notAfter"])) for each in context.get_ca_certs()]
    return datetime.fromtimestamp(min(ends), UTC).isoformat() if ends else ""
