"""The OpenAPI document says what the gateway does: schemathesis asks for whatever it allows."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from dcf.gateway.access.access import Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.doors.function import _STATUSES
from dcf.gateway.openapi import document, every_answer, index
from dcf.gateway.queue.settings import QueueSettings
from dcf.gateway.routes import ROUTES

ROOT = Path(__file__).parents[3]
CONFIG = Path(__file__).with_name("schemathesis.toml")
PROGRAM = Path(sys.executable).with_name("schemathesis")
PAGE = (ROOT / "docs/gateway.md").read_text()
CALLS = "^(/openfx|/async-)?/?function/"
WHO = Credentials("admin", "secret")


def schemathesis(gateway, folder, *flags):
    command = [PROGRAM, "--config-file", CONFIG, "run", f"{gateway.server.rest}/openapi.json"]
    done = subprocess.run(
        [
            *command,
            "--no-color",
            "--request-timeout",
            "10",
            "--suppress-health-check",
            "all",
            *flags,
        ],
        capture_output=True,
        text=True,
        timeout=110,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def stocked(background, tmp_path):
    gateway = background(queue=QueueSettings(tmp_path / "queue"))
    assert gateway.ask("POST", "/system/functions", json={"service": "f", "image": "x"}).ok
    return gateway


# Calls come first: what comes after them deletes the function that is called, or scales it to 0.
@pytest.mark.parametrize(
    "flags",
    [
        pytest.param(("--phases", "coverage"), id="coverage"),
        pytest.param(("--max-examples", "20"), id="all-phases", marks=pytest.mark.slow),
    ],
)
def test_no_undocumented_answer_and_no_undocumented_failure(stocked, tmp_path, flags):
    flags = ("--checks", "all", *flags)
    calls = (
        "--include-path-regex",
        CALLS,
        "--exclude-checks",
        "use_after_free",
    )  # DELETE is a call
    first = schemathesis(stocked, tmp_path, *flags, *calls)
    assert "repeatedly returned 404" not in first
    then = schemathesis(stocked, tmp_path, *flags, "--exclude-path-regex", CALLS)
    operations = sum(len(each.methods.split()) for each in ROUTES)
    tested = sum(int(re.search(r"Tested: (\d+)", each)[1]) for each in (first, then))
    assert tested == operations - 1  # it leaves out /openapi.json itself
    assert stocked.ask("GET", "/healthz").text == "OK"


def test_where_there_is_a_password_the_document_says_so_and_it_is_asked_for(background, tmp_path):
    gateway = background(access=Access(WHO))
    flags = ("--auth", f"{WHO.user}:{WHO.password}", "--phases", "coverage")
    schemathesis(gateway, tmp_path, *flags, "--checks", "ignored_auth,status_code_conformance")


def test_the_document_in_docs_is_the_one_that_is_served():
    kept = json.loads((ROOT / "docs/openapi.json").read_text())
    assert kept == json.loads(json.dumps(document(ROUTES, password=True)))


def test_every_route_is_in_the_document_with_every_status():
    told = document(ROUTES, password=True)["paths"]
    operations = [(path, method) for path, each in told.items() for method in each]
    assert len(operations) == sum(len(each.methods.split()) for each in ROUTES)
    for operation in (each for path in told.values() for each in path.values()):
        assert operation["summary"]
        assert all(each["description"] for each in operation["responses"].values())
    identities = [each["operationId"] for path in told.values() for each in path.values()]
    assert len(set(identities)) == len(identities)


def test_only_what_is_documented_may_fail_with_5xx():
    for route in ROUTES:
        failing = {each for each in every_answer(route, asks=True) if str(each) >= "500"}
        allowed = {501, "default"} | ({502, 503, 504} if "function/{name" in route.path else set())
        allowed |= {507} if route.guarded and route.methods != "GET" else set()
        assert failing <= allowed | ({500} if "/async-" in route.path else set()), route.path


def test_the_list_for_people_has_every_route(background):
    answer = background().ask("GET", "/")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text == index(ROUTES)
    assert len(answer.text.splitlines()) == len(ROUTES) + 2


def test_the_document_is_served_to_everybody(background):
    gateway = background(access=Access(WHO))
    served = requests.get(f"{gateway.server.rest}/openapi.json", timeout=20)
    assert served.headers["Content-Type"] == "application/json"
    assert served.json() == json.loads(json.dumps(document(ROUTES, password=True)))


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: f"{each.methods} {each.path}")
def test_every_route_has_its_row_in_the_docs(route):
    path = re.sub(r"{(\w+)(:[^}]*)?}", r"{\1}", route.path)
    methods = "any of seven" if route.methods.count(" ") == 6 else route.methods.replace(" ", ", ")
    answers = ", ".join(sorted(str(each) for each in route.answers if each != "default"))
    assert f"| {methods} | `{path}` | {route.summary} | {answers} |" in PAGE


@pytest.mark.parametrize("code", _STATUSES)
def test_every_code_of_a_call_has_its_row_in_the_docs(code):
    assert f"| `{code}` | {_STATUSES[code]} |" in PAGE
