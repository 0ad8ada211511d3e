"""The views of functions, of one function and of the queue, in a real browser on a real gateway."""

import re
import time

import pytest
import requests

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
THEMES = ("light", "dark")


def call(gateway, name, text, path="function"):
    return requests.post(f"{gateway.rest}/{path}/{name}", data=text, timeout=30)


def rows(page):
    return page.locator("table.cards tbody tr")


def soon(look, wanted, seconds=30):
    """Waits until something is as it should be, looking at what the page shows."""
    limit = time.monotonic() + seconds
    while (seen := look()) != wanted:
        assert time.monotonic() < limit, seen
        time.sleep(0.1)


def fail_a_call(gateway):
    """A queued call whose function is deleted before it can run, which it never could."""
    functions, queue = (f"{gateway.rest}/system/{each}" for each in ("functions", "queue"))
    before = requests.get(queue, timeout=10).json()["failed"]
    image = requests.get(f"{gateway.rest}/system/function/others", timeout=10).json()["image"]
    asked = {"service": "brief", "image": image, "envVars": {"NEVER_READY": "1"}}
    assert requests.post(functions, json=asked, timeout=10).status_code == 202
    assert call(gateway, "brief", "x", "async-function").status_code == 202
    assert requests.delete(functions, json={"functionName": "brief"}, timeout=10).status_code == 202
    soon(lambda: requests.get(queue, timeout=10).json()["failed"], before + 1)


def test_functions_are_listed_as_the_gateway_has_them(open_page, page_gateway):
    for _ in range(3):
        call(page_gateway, "others", "hello")
    call(page_gateway, "others", "fail")
    page = open_page("#/functions")
    names = page.locator("tbody th a").all_inner_texts()
    known = requests.get(f"{page_gateway.rest}/system/functions", timeout=10).json()
    assert names == sorted(each["name"] for each in known)
    others = rows(page).filter(has_text="others")

    def counted():  # the ten minutes move on, and the page looks again
        told = requests.get(f"{page_gateway.rest}/ui/history?seconds=600", timeout=10).json()
        ((calls,), (errors,)) = (told["series"]["others"][each] for each in ("calls", "errors"))
        shown = [
            others.locator(f"[data-label='{each}']").inner_text().split()[0]
            for each in ("Calls, 10 min", "Errors")
        ]
        return errors >= 1 and shown == [str(calls), str(errors)]

    soon(counted, True)
    assert others.locator("[data-label=Replicas]").inner_text() == "1 / 1"
    assert others.locator(".badge").get_attribute("data-state") == "ready"
    page.get_by_label("Filter by name").fill("oth")
    assert rows(page).count() == 1
    page.get_by_role("link", name="others", exact=True).click()
    page.get_by_role("heading", name="others").wait_for()


def test_replicas_are_set_and_the_function_goes_to_zero_and_back(open_page, page_gateway):
    page = open_page("#/function/fixed")
    described = f"{page_gateway.rest}/system/function/fixed"
    for wanted, state in ((0, "zero"), (1, "ready")):
        page.get_by_label("Wanted").fill(str(wanted))
        page.get_by_role("button", name="Set").click()
        page.locator(f".badge[data-state={state}]").first.wait_for()
        told = requests.get(described, timeout=10).json()
        assert told.get("replicas", 0) == wanted


def test_what_was_typed_stays_until_it_is_set(open_page):
    page = open_page("#/function/fixed")
    page.get_by_label("Wanted").fill("7")
    page.get_by_role("button", name="Set").focus()
    for _ in range(2):  # the page asks again once it has shown what it was answered
        page.wait_for_event("request", lambda one: one.url.endswith("?usage=1"))
    assert page.get_by_label("Wanted").input_value() == "7"


def test_history_shows_revisions_and_goes_back(open_page, page_gateway, write_function, tmp_path):
    for text in ("one", "two"):
        code = f"def handle(body):\n    return {text!r}"
        page_gateway.deploy(write_function(tmp_path / text, "aged", code, name="handle"))
    page = open_page("#/function/aged")
    assert rows(page).count() == 2
    page.get_by_role("button", name="Go back to revision 1").click()
    page.keyboard.press("Escape")
    assert call(page_gateway, "aged", "").text == "two"
    page.get_by_role("button", name="Go back to revision 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    page.get_by_role("status").filter(has_text="Revision 3 has begun").wait_for()
    soon(lambda: call(page_gateway, "aged", "").text, "one")
    newest = rows(page).filter(has=page.locator("th", has_text=re.compile("^3$")))
    soon(newest.locator(".badge").inner_text, "serves")
    assert rows(page).first.locator("th").inner_text() == "3"


def test_the_log_comes_live_is_filtered_and_pauses(
    open_page, page_gateway, write_function, tmp_path
):
    speaks = "def handle(body):\n    print('heard', body)\n    return body"
    page_gateway.deploy(write_function(tmp_path / "speaks", "speaks", speaks, name="handle"))
    page = open_page("#/function/speaks")
    log = page.get_by_role("region", name="Log of speaks")
    call(page_gateway, "speaks", "first")
    log.get_by_text("heard first").wait_for()
    page.get_by_label("Filter lines").fill("heard")
    assert {line.split("heard")[-1] for line in log.inner_text().splitlines()} == {" first"}
    page.get_by_role("button", name="Pause").click()
    call(page_gateway, "speaks", "second")
    page.get_by_role("status").filter(has_text="Paused,").filter(
        has_not_text="Paused, 0"
    ).wait_for()
    assert "second" not in log.inner_text()
    page.get_by_role("button", name="Go on").click()
    log.get_by_text("heard second").wait_for()
    assert log.inner_text().count("heard first") == 1
    assert "<" not in log.inner_html().replace("<div>", "").replace("</div>", "").replace(
        '<span class="quiet">', "").replace("</span>", "")  # fmt: skip


def test_a_failed_call_is_tried_again_and_forgotten(open_page, page_gateway):
    fail_a_call(page_gateway)
    page = open_page("#/queue")
    (failed, *_) = requests.get(f"{page_gateway.rest}/system/queue/failed", timeout=10).json()
    row = rows(page).filter(has_text=failed["call_id"])
    assert failed["reason"] in row.inner_text()
    when = row.locator("time").get_attribute("datetime")
    row.get_by_role("button", name="Try again: call").click()
    page.get_by_role("status").filter(has_text="in the queue again").wait_for()
    row.filter(has_not=page.locator(f"time[datetime='{when}']")).wait_for()  # it failed again
    row.get_by_role("button", name="Forget: call").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    page.get_by_role("status").filter(has_text="forgotten").wait_for()
    left = requests.get(f"{page_gateway.rest}/system/queue/failed", timeout=10).json()
    assert failed["call_id"] not in {each["call_id"] for each in left}
    soon(row.count, 0)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("place", ["#/functions", "#/function/others", "#/queue"])
def test_no_view_keeps_anybody_out(open_page, page_gateway, flaws, place, theme):
    call(page_gateway, "others", "hello")
    fail_a_call(page_gateway)
    page = open_page(place, color_scheme=theme)
    assert not flaws(page)


@pytest.mark.parametrize("place", ["#/functions", "#/function/others", "#/queue"])
def test_a_phone_scrolls_no_view_sideways(open_page, page_gateway, place):
    fail_a_call(page_gateway)
    page = open_page(place, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_function_that_is_not_there_is_one_line(open_page):
    page = open_page("#/function/nobody")
    assert "no such function" in page.get_by_role("alert").inner_text()
    open_page.expected.append("404")


class Work:
    """What the page's thread computed: its own time, which other programs take nothing of."""

    def __init__(self, page):
        self._browser, self.steps = page.context.new_cdp_session(page), []
        self._browser.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._last = self._seconds()

    def _seconds(self):
        told = self._browser.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in told if each["name"] == "TaskDuration")

    def step(self):
        """Note what it was since the last step, in milliseconds."""
        now = self._seconds()
        self.steps.append(round(1000 * (now - self._last)))
        self._last = now


def test_a_thousand_functions_hold_nobody_up(open_page, crowded_gateway):
    """A provider in memory makes them up; the page, the wire and the gateway are real."""
    page = open_page("#/nowhere", gateway=crowded_gateway)
    work = Work(page)
    page.goto(f"{crowded_gateway}/ui/#/functions")
    page.locator(".view:not([aria-busy]) tbody tr").first.wait_for()
    work.step()
    assert rows(page).count() == 50
    page.get_by_role("button", name="Next").click()
    work.step()
    page.get_by_label("Filter by name").press_sequentially("f99")
    work.step()
    page.get_by_label("Order").select_option("state")
    work.step()
    assert "11 of 1,000" in page.locator(".tools .quiet").inner_text()
    page.get_by_label("Filter by name").fill("")
    work.step()
    page.wait_for_event("requestfinished", lambda one: one.url.endswith("/system/functions"))
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    work.step()
    assert max(work.steps) <= 200, work.steps
