"""Which upstream a gateway has, and what is imported for it."""

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, sys
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.upstream_choice import upstream_for
from dcf.gateway.core import Gateway
from tests.dcf.providers.fake.provider import FakeProvider
import dcf.gateway.server

async def made():
    upstream = upstream_for(Gateway(FakeProvider()), Metrics(), {environ!r})
    await upstream.close()
    print(type(upstream).__name__, any(each.startswith("opentelemetry") for each in sys.modules))

asyncio.run(made())
"""
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


def made(environ, **own):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(environ=environ)],
        capture_output=True, text=True, timeout=60, check=True, env={"PATH": "/usr/bin", **own},
    )  # fmt: skip
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        ENDPOINT | {"OTEL_SDK_DISABLED": "TRUE"},
        ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nothing_of_opentelemetry_is_imported_where_no_spans_are_wanted(environ):
    assert made(environ) == ("Upstream False", "")


@pytest.mark.parametrize(
    "environ", [ENDPOINT, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}]
)
def test_spans_are_made_where_an_endpoint_is_set(environ):
    assert made(environ) == ("TracedUpstream True", "")


def test_without_the_packages_one_line_says_so_and_calls_go_on(tmp_path):
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry" / "__init__.py").write_text(
        "raise ModuleNotFoundError(name='opentelemetry')\n"
    )
    told, said = made(ENDPOINT, PYTHONPATH=str(tmp_path))
    assert told == "Upstream False"
    assert said.count("\n") == 1
    assert "pip install 'dcf-detect[tracing]'" in said
