"""The page in a real Chromium, on a real gateway with the detector and functions of other kinds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dcf.providers.placement import FunctionSpec, FunctionState, RevisionInfo
from tests.browser import CHROMIUM, FLAGS
from tests.dcf.conftest import RunningGateway

ROOT = Path(__file__).parents[4]
AXE = ROOT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
# Answers boxes as a detector of somebody else's may: an array without the picture's size.
FIXED = """
def handle(req):
    return [
        {"class": "cup", "confidence": 0.9, "xmin": 10, "ymin": 20, "xmax": 110, "ymax": 220},
        {"class": "<i>odd</i>", "confidence": 0.4, "xmin": 0, "ymin": 0, "xmax": 50, "ymax": 50},
    ]
"""
# No detector: it refuses a detector's options, and answers one kind or another by what is sent.
OTHERS = """
import json
import os

class Reply:
    def __init__(self, body, content_type):
        self.body, self.content_type, self.headers = body, content_type, {}

class Refused(ValueError):
    code, message, status = "bad_option", "no options here", 400

SVG = "http://www.w3.org/2000/svg"
DRAWING = f"<svg xmlns='{SVG}' width='40' height='30'><rect width='9' height='9'/></svg>"

if "NEVER_READY" in os.environ:
    raise RuntimeError("as a test wishes")

class Handler:
    def __call__(self, req):
        wanted = req.input.decode(errors="ignore")
        if req.query:
            raise Refused
        if wanted == "json":
            markup = "<b>not bold</b>"
            return {"list": list(range(150)), "text": markup, "none": None, "in": {"deep": True}}
        if wanted == "picture":
            return Reply(DRAWING.encode(), "image/svg+xml")
        if wanted == "bytes":
            return Reply(bytes(range(256)), "application/octet-stream")
        if wanted == "fail":
            raise ValueError("no")
        return f"{len(req.input)} bytes of {req.content_type}"
"""


@pytest.fixture(scope="session")
def page_gateway(
    start_gateway: Callable[..., RunningGateway], write_function: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningGateway]:  # fmt: skip
    """A gateway with the detector `ssd`, with `fixed`, and with `others`, which is no detector."""
    folder = tmp_path_factory.mktemp("page")
    gateway = start_gateway(folder / "home")
    gateway.deploy(ROOT / "config.yaml")
    gateway.deploy(write_function(folder / "fixed", "fixed", FIXED, name="handle"))
    gateway.deploy(write_function(folder / "others", "others", OTHERS))
    yield gateway
    gateway.end()


@pytest.fixture
def crowded_gateway(background: Callable[..., Any]) -> str:
    """The address of a gateway with a thousand functions, of a provider in memory."""
    gateway = background()
    provider = gateway.provider
    for number in range(1000):
        spec = FunctionSpec(f"f{number}", "made/up:1", labels={"team": "seen", "n": str(number)})
        provider.statuses[spec.name] = FunctionState(spec, 1, 1, "2026-01-02T03:04:05Z")
        provider._revisions[spec.name] = [
            RevisionInfo(1, spec, "2026-01-02T03:04:05Z", serving=True)
        ]
        provider._weights[spec.name] = {1: 1.0}
    return gateway.server.rest


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser whose camera shows the cup of coffee, again and again; it looks nothing up."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    film = tmp_path_factory.mktemp("film") / "coffee.mjpeg"
    film.write_bytes((ROOT / "samples" / "coffee.jpg").read_bytes() * 2)
    flags = [
        *FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, page_gateway: RunningGateway) -> Iterator[Callable[..., Any]]:
    """`open_page("#/try/ssd", **options)` opens one; errors on its console are failures.

    But for those with a word of `open_page.expected`, whenever the browser tells of them.
    """
    contexts, trouble, expected = [], [], []

    def opened(place: str, gateway: str = "", *, await_view: bool = True, **options: Any) -> Any:
        # Colours that are still on their way are none that axe should see.
        usual = {"locale": "en-US", "reduced_motion": "reduce"}
        context = chromium.new_context(**{**usual, **options})
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: said.type == "error" and trouble.append(said.text))
        page.goto(f"{gateway or page_gateway.rest}/ui/{place}")
        if await_view:
            page.locator(".view:not([aria-busy])").wait_for()
        return page

    opened.expected = expected  # type: ignore[attr-defined] # a test adds to it
    yield opened
    for context in contexts:
        context.close()
    assert not [one for one in trouble if not any(part in one for part in expected)]


@pytest.fixture
def flaws() -> Callable[[Any], list[str]]:
    """`flaws(page)` gives what axe-core finds wrong with it, best practices included."""
    if not AXE.exists():
        pytest.skip("axe-core is missing: `make .cache/axe/.ready` fetches it by npm")

    def found(page: Any) -> list[str]:
        # Through the debugger, which no Content-Security-Policy holds up.
        page.evaluate(AXE.read_text())
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['html'][:200]}: {node['failureSummary']}"
            for each in result["violations"]
            for node in each["nodes"]
        ]

    return found
