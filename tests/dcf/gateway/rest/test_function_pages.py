"""Pages of functions, where somebody may be logged in at the gateway's own."""

import pytest

from dcf.gateway.access.access import OPEN, Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.rest.cors import Cors
from dcf.gateway.rest.function_pages import may_be_page
from tests.browser import needs_chromium, shown_at

WHO = Credentials("me", "word")
PAGE = b"<script>fetch('/system/functions')</script>"


def called(background, media="text/html", path="/function/f", **settings):
    gateway = background(access=settings.pop("access", Access(WHO)), **settings)
    body = {"service": "f", "image": "i"}
    assert gateway.ask("POST", "/system/functions", json=body, auth=("me", "word")).ok
    headers = {"Answer-As": media, "Origin": "https://app.example"}
    answer = gateway.ask("POST", path, data=PAGE, headers=headers)
    assert (answer.content, answer.headers["Content-Type"]) == (PAGE, media)
    return answer.headers


@pytest.mark.parametrize("media", ["text/html; charset=utf-8", "image/svg+xml", "unknown/unknown"])
def test_a_page_is_sandboxed_without_its_origin(background, media):
    policy = called(background, media)["Content-Security-Policy"].split()
    assert policy[0] == "sandbox"
    assert "allow-scripts" in policy
    assert not {"allow-same-origin", "allow-popups-to-escape-sandbox",
                "allow-top-navigation"} & {*policy}  # fmt: skip


def test_below_its_name_and_with_origins_that_may_read_it_too(background):
    cors = Cors(["https://app.example"])
    headers = called(background, path="/function/f/a/b", cors=cors)
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["Access-Control-Allow-Origin"] == "https://app.example"


def test_what_is_none_stays_as_it_was(background):
    assert "Content-Security-Policy" not in called(background, "application/json")


@pytest.mark.parametrize("settings", [{"access": OPEN}, {"trust_pages": True}], ids=str)
def test_without_a_login_or_where_they_are_trusted_nothing_is_added(background, settings):
    assert "Content-Security-Policy" not in called(background, **settings)


@pytest.mark.parametrize("path", ["/system/functions", "/ui/"])
def test_the_gateways_own_answers_are_no_functions(background, path):
    answer = background(access=Access(WHO)).ask("GET", path, auth=("me", "word"))
    assert answer.status_code == 200
    assert "sandbox" not in answer.headers.get("Content-Security-Policy", "")


@pytest.mark.parametrize(
    ("media", "is_page"),
    [
        ("text/html", True), ("TEXT/HTML; charset=x", True), (" text/html", True), ("", True),
        ("application/xhtml+xml", True), ("text/xml", True), ("image/svg+xml", True),
        ("application/rss+xml", True), ("multipart/x-mixed-replace; boundary=x", True),
        ("*/*", True), ("text/plain, text/html", True), ("html", True),
        ("text/plain;charset=x,text/html", True),
        ("text/plain/html", True), ("image/png/html", True),
        ("application/json", False), ("text/plain; charset=utf-8", False), ("image/png", False),
        ("application/octet-stream", False), ("application/pdf", False), ("video/mp4", False),
    ],
)  # fmt: skip
def test_what_a_browser_may_run_scripts_of(media, is_page):
    assert may_be_page(media) == is_page


READS = """<pre id=told>nothing</pre><script>
(async () => {
  const body = JSON.stringify({user: "me", password: "word"});
  const told = [];
  for (const [path, how] of [["/ui/login", {method: "POST", body}], ["/system/functions", {}]]) {
    told.push(await fetch(path, how).then((answer) => answer.status, () => "refused"));
  }
  document.getElementById("told").textContent = told.join(" ");
})();
</script>"""


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize(("trusted", "told"), [(True, "200 200"), (False, "refused refused")])
def test_a_real_browser_lets_such_a_page_manage_nothing(background, tmp_path, trusted, told):
    gateway = background(access=Access(WHO), trust_pages=trusted)
    deployed = {"service": "f", "image": "i"}
    assert gateway.ask("POST", "/system/functions", json=deployed, auth=("me", "word")).ok
    gateway.reply = READS
    shown = shown_at(f"{gateway.server.rest}/function/f", tmp_path)
    assert f'<pre id="told">{told}</pre>' in shown
