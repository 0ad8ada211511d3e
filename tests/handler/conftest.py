"""A handler loaded once, and requests as the watcher makes them."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from handler.handler import Handler

SAMPLES = Path(__file__).parents[2] / "samples"


@dataclass(frozen=True)
class Request:
    input: bytes = b""
    content_type: str = ""
    accept: str = "*/*"
    query: object = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    method: str = "POST"
    path: str = "/"
    call_id: str = "test"


@pytest.fixture(scope="session")
def handler():
    return Handler({})


@pytest.fixture(scope="session")
def ask(handler):
    def call(body=b"", **fields):
        return handler(Request(input=body, **fields))

    return call


@pytest.fixture(scope="session")
def cup():
    return (SAMPLES / "coffee.jpg").read_bytes()


@pytest.fixture(scope="session")
def cat():
    return (SAMPLES / "chelsea.jpg").read_bytes()
