"""Hands an answer in: one POST, tried again while that can help."""

import email.utils
import http.client
import logging
import random
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from ..configuration.config import Settings
from ..errors import NotAccepted, SettingError
from . import headers
from .entry import first_line
from .stop import Stop

_AGAIN = frozenset((408, 425, 429))
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _SHORTEST_PAUSE_S = 1.0, 60.0, 0.5
_READ_BYTES = 2000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """What became of one post.

    Attributes:
        status: of HTTP; 0 when there was no answer.
        line: the answer's first line, or why there was none; nothing secret in it.
        pause: seconds after which the judge wants to be asked again, or None.
        is_final: whether trying again cannot help.
    """

    status: int
    line: str
    pause: float | None = None
    is_final: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the judge has the answer."""
        return 200 <= self.status < 300

    def __str__(self) -> str:
        status = f"status {self.status}" if self.status else "no answer"
        return f"{status}: {self.line}" if self.line else status


class Judge:
    """Where answers are handed in.

    Attributes:
        place: scheme and host, for messages; paths and queries may be secret.
    """

    def __init__(self, settings: Settings) -> None:
        """Checks address and headers; nothing is sent.

        Raises:
            SettingError: one cannot be used.
        """
        self.place = _place(settings.rest_url)
        self._url = settings.rest_url
        self._timeout = settings.rest_timeout
        self._retry = settings.batch_retry
        self._secrets = headers.parse(settings.api_header)
        self._headers = {
            "Content-Type": "application/json", "User-Agent": "dcf-watcher"
        } | self._secrets  # fmt: skip

    def hand_in(self, body: bytes, stop: Stop) -> bool:
        """Posts the answer until it is accepted.

        Args:
            body: JSON.
            stop: ends it early.

        Returns:
            Whether it was accepted; if not, `stop` was asked for.

        Raises:
            NotAccepted: it was refused, or BATCH_RETRY seconds have passed.
        """
        deadline = time.monotonic() + self._retry
        attempt = 0
        while not stop.reason:
            attempt += 1
            verdict = self._try(body, stop)
            if verdict is None:
                break
            if verdict.is_accepted:
                _log.info("%s accepted the answer: %s", self.place, verdict)
                return True
            if verdict.is_final:
                raise NotAccepted(f"{self.place} refused the answer, {verdict}")
            pause = _pause(attempt, verdict.pause)
            if time.monotonic() + pause > deadline:
                raise NotAccepted(
                    f"{self.place} did not accept the answer in {self._retry:g} s (BATCH_RETRY) "
                    f"and {attempt} attempts, last {verdict}"
                )
            _log.warning(
                "%s: %s; attempt %d again in %.1f s", self.place, verdict, attempt + 1, pause
            )
            _sleep(pause, stop)
        return False

    def _try(self, body: bytes, stop: Stop) -> Verdict | None:
        """One post; None when the end was asked for meanwhile.

        A socket's time limit holds for every single read, so a judge that sends a byte a second
        would never be done with; the post runs beside, and is given up as a whole.
        """
        verdicts: list[Verdict] = []

        def post() -> None:
            verdicts.append(self._post(body))
            stop.ring()

        threading.Thread(target=post, name="post", daemon=True).start()
        _wait(self._timeout, stop, lambda: bool(verdicts))
        if verdicts:
            return verdicts[0]
        return None if stop.reason else Verdict(0, f"none in {self._timeout:g} s (REST_TIMEOUT)")

    def _post(self, body: bytes) -> Verdict:
        request = urllib.request.Request(  # noqa: S310 - http and https alone, see _place
            self._url, data=body, headers=self._headers, method="POST"
        )
        try:
            with _opener().open(request, timeout=self._timeout) as answer:
                return self._verdict(answer.status, answer.headers["Retry-After"], answer)
        except urllib.error.HTTPError as error:
            with error:
                return self._verdict(error.code, error.headers["Retry-After"], error)
        except urllib.error.URLError as error:
            return _unreachable(error.reason)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _unreachable(error)

    def _verdict(self, status: int, retry_after: str | None, answer: IO[bytes]) -> Verdict:
        try:
            line = first_line(answer.read(_READ_BYTES))
        except (OSError, http.client.HTTPException, ValueError):
            line = ""  # the status was there, and that is what counts
        line = headers.hide(line, self._secrets)
        if 300 <= status < 400:
            line = f"it leads elsewhere; set REST_URL to that address. {line}".rstrip()
        final = not (status in _AGAIN or status >= 500)
        return Verdict(status, line, _retry_after(retry_after), final)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET without the answer, and take the headers elsewhere."""

    def redirect_request(self, *_: object) -> None:
        """Follows none."""


def _opener() -> urllib.request.OpenerDirector:
    # An empty ProxyHandler: what the environment says of proxies is not for this post.
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _place(url: str) -> str:
    """Scheme and host of REST_URL, which is not shown itself, as it may hold a token."""
    wanted = "it must be http://host[:port]/... or https://..."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not url.isascii() or not url.isprintable() or " " in url or not host:
        raise SettingError(f"REST_URL is no address; {wanted}")
    if parts.scheme not in ("http", "https"):
        raise SettingError(f"REST_URL has the scheme {parts.scheme!r}; {wanted}")
    if "@" in parts.netloc:
        raise SettingError("REST_URL has a user in it; send an Authorization in API_HEADER instead")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _unreachable(error: object) -> Verdict:
    # Certificates do not mend themselves.
    final = isinstance(error, ssl.SSLCertVerificationError)
    if final:
        text = (
            f"{getattr(error, 'verify_message', error)}; SSL_CERT_FILE names authorities to trust"
        )
    else:
        text = getattr(error, "strerror", None) or type(error).__name__
    return Verdict(0, str(text), is_final=final)


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _pause(attempt: int, asked: float | None) -> float:
    """Seconds to wait: what the judge asked for, or ever longer ones, in part random."""
    if asked is not None:
        return max(_SHORTEST_PAUSE_S, asked)
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing


def _sleep(seconds: float, stop: Stop) -> None:
    _wait(seconds, stop, lambda: False)


def _wait(seconds: float, stop: Stop, is_done: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stop.reason and not is_done() and (left := end - time.monotonic()) > 0:
        stop.wait(left)
