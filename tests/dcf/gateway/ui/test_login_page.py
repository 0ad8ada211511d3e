"""The page's login in a real browser: a wrong password, the right one, a token for calls."""

import subprocess
import sys

import pytest
import requests

from tests.dcf.gateway.ui.test_try import expected_trouble, run_lines, send_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
USER, PASSWORD = "ann", "s3cret-word"
ECHO = "def handle(body):\n    return 'got ' + body\n"


@pytest.fixture(scope="module")
def guarded(start_gateway, write_function, tmp_path_factory):
    """A gateway with `echo` that asks for a login, at calls, too."""
    folder = tmp_path_factory.mktemp("guarded")
    gateway = start_gateway(folder / "home")
    gateway.deploy(write_function(folder / "echo", "echo", ECHO, name="handle"))
    gateway.end()
    auth = folder / "auth"
    auth.mkdir(mode=0o700)
    for name, text in (("user", USER), ("password", PASSWORD)):
        (auth / f"basic-auth-{name}").write_text(text)
        (auth / f"basic-auth-{name}").chmod(0o600)
    gateway = start_gateway(
        folder / "home", "--basic-auth", "--secret-mount-path", auth, "--auth-calls"
    )
    yield gateway
    gateway.end()


@pytest.fixture
def asked(open_page, guarded):
    """Pages at a dialog that asks for a login; refusals on the way to it are no trouble."""

    def opened(**options):
        return open_page("#/try/echo", guarded.rest, await_view=False, **options)

    yield opened
    expected_trouble(open_page, "401", "403")


def log_in(page, **fields):
    for label, text in fields.items():
        page.get_by_role("dialog").get_by_label(label).fill(text)
    page.get_by_role("dialog").get_by_role("button", name="Log in", exact=True).click()


def test_the_right_password_lets_in_and_is_kept_from_scripts(asked):
    page = asked()
    log_in(page, User=USER, Password="wrong")
    page.get_by_role("alert").filter(has_text="no such login").wait_for()
    log_in(page, User=USER, Password=PASSWORD)
    page.get_by_role("heading", name="Try it: echo").wait_for()
    assert page.locator("#who").inner_text().startswith(USER)
    assert page.evaluate("document.cookie") == ""
    page.reload()  # the cookie lasts
    page.get_by_role("heading", name="Try it: echo").wait_for()
    send_text(page, "hello")
    page.locator(".other pre", has_text="got hello").wait_for()
    assert f"curl -u {USER} " in page.locator(".lines code").inner_text()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("dialog").wait_for()


def test_a_token_that_may_only_call_calls(asked, guarded, tmp_path):
    add = ("gateway", "token", "add", "t", "--role", "call", "--home", guarded.home)
    made = subprocess.run(
        [sys.executable, "-m", "dcf", *add], capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    token = made.stdout.strip()
    page = asked()
    page.get_by_role("button", name="Log in with a token instead").click()
    log_in(page, Token=token)
    page.get_by_role("heading", name="Try it: echo").wait_for()
    send_text(page, "hello")
    shown = page.locator(".other pre", has_text="got hello")
    shown.wait_for()
    for kind in ("curl", "Python"):
        page.get_by_role("button", name=kind, exact=True).click()
        lines = page.locator(".lines code").inner_text()
        assert run_lines(lines, kind, tmp_path, DCF_TOKEN=token).strip() == shown.inner_text()


def test_who_gives_up_is_told_and_may_try_again(asked):
    page = asked()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("alert").filter(has_text="needs a login").wait_for()
    page.get_by_role("button", name="Try again").click()
    log_in(page, User=USER, Password=PASSWORD)
    page.get_by_role("heading", name="Try it: echo").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_keeps_nobody_out(asked, flaws, theme):
    page = asked(color_scheme=theme)
    page.get_by_role("dialog").wait_for()
    assert not flaws(page)


def test_nothing_is_open_to_who_did_not_log_in(guarded):
    assert requests.get(f"{guarded.rest}/system/functions", timeout=30).status_code == 401
    assert requests.get(f"{guarded.rest}/ui/", timeout=30).status_code == 200
