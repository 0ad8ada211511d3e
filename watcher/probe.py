"""The image's health check: asks the process of this container at /_/health, within a time limit.

A file tells what a process once was; one that hangs or was stopped answers nothing. Only what
Python has loaded anyway is imported, and nothing of the watcher: it runs every few seconds.
"""

import _socket  # the module `socket` alone would double what this costs
import os
import sys

SECONDS = 2.0
_ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nobody listens here


def main() -> int:
    """Asks once.

    Returns:
        The exit code: 0 where the answer is 200; a line on stdout says why it is not.
    """
    host = _setting("HOST", "127.0.0.1")
    host, port = _ANYWHERE.get(host, host), _setting("PORT", "8080")
    try:
        answer = _answer(host, int(port))
    except (OSError, OverflowError, ValueError) as error:
        print(f"{host}:{port} does not answer in {SECONDS:g} s: {error}")  # noqa: T201 - docker shows it
        return 1
    if answer[9:12] == b"200":
        return 0
    print(answer.decode("latin-1").partition("\r\n\r\n")[2] or "the answer is not HTTP")  # noqa: T201
    return 1


def _setting(name: str, default: str) -> str:
    """As the watcher reads it: in capitals, else in lower case; empty is not set."""
    return os.environ.get(name) or os.environ.get(name.lower()) or default


def _answer(host: str, port: int) -> bytes:
    family = _socket.AF_INET6 if ":" in host else _socket.AF_INET
    connection = _socket.socket(family, _socket.SOCK_STREAM)
    connection.settimeout(SECONDS)
    connection.connect((host, port))
    connection.send(b"GET /_/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = b""
    while len(answer) < 4096 and (piece := connection.recv(4096)):
        answer += piece
    return answer


if __name__ == "__main__":
    sys.exit(main())
