"""Try it, in a real browser, held against what the same function answers over HTTP."""

import base64
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[4]
CUP = ROOT / "samples" / "coffee.jpg"
WOMAN = ROOT / "samples" / "astronaut.jpg"
THEMES = ("light", "dark")
_DROP = """([kind, files]) => {
    const data = new DataTransfer();
    for (const [name, type, text] of files) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, {type}));
    }
    if (kind === "paste") {
        const carried = {clipboardData: data, cancelable: true};
        document.dispatchEvent(new ClipboardEvent("paste", carried));
    } else {
        for (const type of ["dragenter", "dragover", "drop"]) {
            document.querySelector("h1").dispatchEvent(
                new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
        }
    }
}"""
_FOCUSED = """() => {
    const here = document.activeElement;
    return here === document.body ? "" : here.labels?.[0]?.textContent ?? here.textContent;
}"""
_RECTS = """(rects) => rects.map((rect) =>
    ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name))))"""
_PLACE = """(element) => {
    const {x, y, width, height} = element.getBoundingClientRect();
    return [x, y, width, height];
}"""
_COLORS = """(canvas, places) => places.map(([x, y]) =>
    [...canvas.getContext("2d").getImageData(x, y, 1, 1).data.slice(0, 3)])"""
_HELD_FRAMES = """() => {
    const real = HTMLCanvasElement.prototype.toBlob;
    HTMLCanvasElement.prototype.toBlob = function (done, ...how) {
        real.call(this, (blob) => {
            const pass = () => { done(blob); return createImageBitmap(blob); };
            if (window.hold) window.held = pass;
            else pass();
        }, ...how);
    };
}"""
_TABLES = """(names) => Promise.all(names.map((name) =>
    import(`/ui/words/${name}`).then(({words}) => words)))"""


def bring(page, *files, kind="drop"):
    """Drops or pastes files: paths, or pairs of a name and bytes."""
    pairs = [(each.name, each.read_bytes()) if isinstance(each, Path) else each for each in files]
    listed = [[name, "image/jpeg", base64.b64encode(content).decode()] for name, content in pairs]
    page.evaluate(_DROP, [kind, listed])


def found(page, pane=0):
    """Waits for a pane's count of boxes, and gives the pane."""
    one = page.locator(".pane").nth(pane)
    one.locator(".count").wait_for()
    return one


def rects(pane):
    """The drawn boxes, the best first: left, top, width, height in the picture's pixels."""
    return pane.locator(".stage rect").evaluate_all(_RECTS)[::-1]


def answer_of(gateway, photo, query="?format=full"):
    answer = requests.post(f"{gateway.rest}/function/ssd{query}", data=photo, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def as_rects(detections):
    return [
        [one["xmin"], one["ymin"], one["xmax"] - one["xmin"], one["ymax"] - one["ymin"]]
        for one in detections
    ]


def send_text(page, text):
    page.locator("summary", has_text="Send a text").click()
    page.get_by_label("Text to send").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def calls_of(page):
    """A list that grows with each call of a function that the page makes."""
    made = []
    page.on("request", lambda request: "/function/" in request.url and made.append(request.url))
    return made


@pytest.mark.parametrize("kind", ["drop", "paste"])
@pytest.mark.parametrize("photo", [CUP, WOMAN], ids=["cup", "woman"])
def test_what_is_dropped_or_pasted_gets_the_boxes_of_the_api_to_the_pixel(
    open_page, page_gateway, photo, kind
):
    page = open_page("#/try/ssd")
    bring(page, photo, kind=kind)
    pane = found(page)
    expected = answer_of(page_gateway, photo.read_bytes())
    assert expected["detections"]
    assert rects(pane) == as_rects(expected["detections"])
    assert pane.locator(".count").inner_text() == f"{len(expected['detections'])} found"
    names = [f"{one['class']}\t{one['confidence']:.1%}" for one in expected["detections"]]
    rows = pane.locator("tbody tr").all_inner_texts()
    assert [row.rsplit("\t", 1)[0] for row in rows] == names


def test_boxes_lie_over_the_picture_where_they_should(open_page, page_gateway):
    page = open_page("#/try/ssd", viewport={"width": 700, "height": 900})
    bring(page, CUP)
    pane = found(page)
    canvas = pane.locator("canvas").bounding_box()
    scale = canvas["width"] / 600
    assert canvas["height"] == pytest.approx(400 * scale, abs=1)
    (best, *_) = answer_of(page_gateway, CUP.read_bytes())["detections"]
    box = pane.locator(".stage rect").last.evaluate(_PLACE)
    assert box == pytest.approx(
        [canvas["x"] + best["xmin"] * scale, canvas["y"] + best["ymin"] * scale,
         (best["xmax"] - best["xmin"]) * scale, (best["ymax"] - best["ymin"]) * scale], abs=1,
    )  # fmt: skip


def test_a_photo_that_exif_turns_is_shown_upright_under_its_boxes(open_page, page_gateway):
    turned = io.BytesIO()
    with Image.open(CUP) as upright:
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by a quarter, clockwise
        upright.transpose(Image.Transpose.ROTATE_90).save(turned, "JPEG", quality=95, exif=exif)
    page = open_page("#/try/ssd")
    bring(page, ("turned.jpg", turned.getvalue()))
    pane = found(page)
    assert rects(pane) == as_rects(answer_of(page_gateway, turned.getvalue())["detections"])
    places = [(60, 40), (540, 40), (60, 360), (540, 360), (300, 130)]
    shown = pane.locator("canvas").evaluate(_COLORS, places)
    with Image.open(CUP) as upright:
        assert shown == [pytest.approx(upright.getpixel(place), abs=25) for place in places]


def test_the_threshold_moves_without_another_call(open_page, page_gateway):
    page = open_page("#/try/ssd")
    made = calls_of(page)
    bring(page, WOMAN)
    found(page)
    for threshold in (0.1, 0.35, 0.9, 1):
        page.get_by_label("Least confidence").fill(str(threshold))
        expected = answer_of(page_gateway, WOMAN.read_bytes(), f"?threshold={threshold}")
        assert rects(page.locator(".pane")) == as_rects(expected), threshold
    assert len(made) == 1


def test_a_class_is_left_out_and_comes_back(open_page):
    page = open_page("#/try/ssd")
    bring(page, CUP)
    pane = found(page)
    page.get_by_role("checkbox", name="dining table").uncheck()
    assert pane.locator("tbody tr").count() == 1
    assert "classes=cup" in page.locator(".lines code").inner_text()
    page.get_by_role("checkbox", name="dining table").check()
    assert pane.locator("tbody tr").count() == 2


def test_a_row_lights_its_box_and_a_box_its_row(open_page):
    page = open_page("#/try/ssd")
    bring(page, CUP)
    pane = found(page)
    cup, table = pane.locator("rect[data-index='0']"), pane.locator("rect[data-index='1']")
    pane.locator("tbody tr").nth(0).hover()
    assert cup.get_attribute("class") == "lit"
    assert not table.get_attribute("class")
    page.locator("h1").hover()
    assert not cup.get_attribute("class")
    pane.locator("tbody tr").nth(1).focus()
    assert table.get_attribute("class") == "lit"
    cup.hover()
    assert pane.locator("tbody tr.lit").all_inner_texts()[0].startswith("cup")


def test_stages_are_told(open_page):
    page = open_page("#/try/ssd")
    bring(page, CUP)
    told = found(page).locator(".stages").inner_text()
    for stage in ("Decoding", "Preparing", "Inference", "Boxes"):
        assert re.search(rf"{stage}\s+[\d.]+ ms", told), told
    assert "ssdlite_mobilenet_v2_coco_int8" in told


def test_two_functions_see_one_picture(open_page, page_gateway):
    page = open_page("#/try/ssd")
    bring(page, CUP)
    found(page)
    page.get_by_label("Compare with").select_option("fixed")
    assert page.wait_for_url("**/ui/#/try/ssd?with=fixed") is None
    left, right = found(page, 0), found(page, 1)
    assert rects(left) == as_rects(answer_of(page_gateway, CUP.read_bytes())["detections"])
    assert rects(right) == [[10, 20, 100, 200]]
    page.get_by_label("Least confidence").fill("0.3")
    assert right.locator("tbody tr").all_inner_texts()[1].startswith("<i>odd</i>")


def test_several_pictures_stand_in_a_row_and_each_keeps_its_answer(open_page, page_gateway):
    page = open_page("#/try/ssd")
    made = calls_of(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    assert chooser.value.is_multiple()
    chooser.value.set_files([CUP, WOMAN])
    found(page)
    page.get_by_role("button", name="astronaut.jpg").click()
    page.locator(".stage canvas[aria-label^='astronaut.jpg:']").wait_for()
    expected = answer_of(page_gateway, WOMAN.read_bytes())["detections"]
    assert rects(found(page)) == as_rects(expected)
    page.get_by_role("button", name="coffee.jpg").click()
    page.locator(".stage canvas[aria-label^='coffee.jpg:']").wait_for()
    assert len(made) == 2


@pytest.mark.parametrize(
    ("sent", "place", "told"),
    [
        ("json", ".other .tree", "<b>not bold</b>"),
        ("hello", ".other pre", "5 bytes of text/plain"),
        ("bytes", ".other", "neither text nor a picture"),
        ("fail", ".status [role=alert]", "500 handler_error"),
    ],
)
def test_what_is_no_detector_is_shown_as_what_it_is(open_page, sent, place, told):
    page = open_page("#/try/others")
    send_text(page, sent)
    page.locator(place, has_text=told).wait_for()
    assert page.locator(".sieve").is_hidden()
    assert page.locator(".stage").is_hidden()
    if sent == "fail":
        expected_trouble(open_page, "500")


def test_a_large_tree_opens_by_pieces(open_page):
    page = open_page("#/try/others")
    send_text(page, "json")
    page.locator("summary", has_text="list").click()
    leaves = page.locator(".tree .tree .leaf")
    leaves.nth(100).wait_for()  # a hundred, and one of another branch
    assert leaves.count() == 101
    page.get_by_role("button", name="50 more").click()
    assert leaves.count() == 151


def test_a_picture_that_is_answered_is_shown(open_page):
    page = open_page("#/try/others")
    send_text(page, "picture")
    wide = "(picture) => picture.decode().then(() => picture.naturalWidth)"
    assert page.locator(".answered").evaluate(wide) == 40


def test_a_function_that_refuses_a_detectors_options_is_called_without(open_page):
    page = open_page("#/try/others")
    bring(page, CUP)
    page.locator(".other pre", has_text=f"{CUP.stat().st_size} bytes of image/jpeg").wait_for()
    assert "?" not in page.locator(".lines code").inner_text()
    expected_trouble(open_page, "400")


def test_what_is_no_picture_is_sent_as_it_is_and_the_refusal_is_told(open_page):
    page = open_page("#/try/ssd")
    bring(page, ("notes.jpg", b"no picture at all"))
    page.locator(".status [role=alert]", has_text="400 not_an_image").wait_for()
    expected_trouble(open_page, "400")


@pytest.mark.parametrize("kind", ["curl", "dcf", "Python"])
@pytest.mark.parametrize(
    "name", ["coffee.jpg", "it's $HOME & `more` [1].jpg"], ids=["plain", "odd"]
)
def test_the_lines_to_copy_give_the_answer_on_screen(open_page, tmp_path, kind, name):
    page = open_page("#/try/ssd", permissions=["clipboard-read", "clipboard-write"])
    (tmp_path / name).write_bytes(CUP.read_bytes())
    bring(page, tmp_path / name)
    found(page)
    page.get_by_role("checkbox", name="dining table").uncheck()
    page.get_by_role("button", name=kind, exact=True).click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.locator("#told", has_text="Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download JSON").click()
    assert answer_to(lines, kind, tmp_path) == bare(
        json.loads(Path(saved.value.path()).read_text())
    )


@pytest.mark.parametrize("kind", ["curl", "dcf", "Python"])
def test_the_lines_for_a_text_send_it_whole(open_page, tmp_path, kind):
    text = 'it\'s "two"\nlines & $HOME @file \\n é'
    page = open_page("#/try/others")
    send_text(page, text)
    shown = page.locator(".other pre")
    shown.wait_for()
    page.get_by_role("button", name=kind, exact=True).click()
    lines = page.locator(".lines code").inner_text()
    assert run_lines(lines, kind, tmp_path).rstrip("\n") == shown.inner_text()


def run_lines(lines, kind, folder, **environ):
    """What the copied lines print where they are pasted."""
    if kind == "Python":
        command = [sys.executable, "-c", lines]
    else:
        dcf = f'dcf() {{ {sys.executable} -m dcf "$@"; }}\n'
        command = ["bash", "-c", dcf + lines]
    known = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={**known, "LANG": "C.UTF-8", **environ},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def answer_to(lines, kind, folder):
    return bare(json.loads(run_lines(lines, kind, folder)))


def bare(answer):
    """An answer without how long it took."""
    return {key: value for key, value in answer.items() if key != "timings_ms"}


def test_the_drawn_picture_is_whole_and_has_its_boxes(open_page, page_gateway):
    page = open_page("#/try/ssd")
    bring(page, CUP)
    found(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the drawn picture").click()
    assert saved.value.suggested_filename == "coffee-ssd.jpg"
    cup = answer_of(page_gateway, CUP.read_bytes())["detections"][0]
    middle = (cup["xmin"] + cup["xmax"]) // 2
    color = page.locator(".swatch").first.evaluate(
        "(each) => getComputedStyle(each).backgroundColor"
    )
    with Image.open(saved.value.path()) as drawn:
        assert drawn.size == (600, 400)
        edge = drawn.convert("RGB").getpixel((middle, cup["ymax"] - 1))
    wanted = [int(part) for part in re.findall(r"\d+", color)]
    assert edge == pytest.approx(wanted, abs=40)  # JPEG blurs colours


def test_colours_are_those_of_the_server(open_page):
    from models.ssd.draw import class_color, ink_on

    page = open_page("#/try/ssd")
    script = """(ids) => import("/ui/try/colors.js").then(({colorOf, inkOn}) =>
        ids.map((classId) => colorOf({classId})).map((color) => [color, inkOn(color)]))"""
    expected = [
        ["#" + bytes(color).hex(), "#" + bytes(ink_on(color)).hex()]
        for color in map(class_color, range(91))
    ]
    assert page.evaluate(script, list(range(91))) == expected


def test_the_camera_runs_tells_its_rate_and_stops(open_page):
    page = open_page("#/try/ssd", permissions=["camera"])
    made = calls_of(page)
    page.get_by_role("button", name="Camera").click()
    page.locator(".rate", has_text="frames/s").wait_for()
    page.locator("tbody tr", has_text="cup").wait_for()
    page.get_by_role("button", name="Stop the camera").click()
    assert (
        page.get_by_role("button", name="Camera", exact=True).get_attribute("aria-pressed")
        == "false"
    )
    many = len(made)
    assert many >= 2
    with page.expect_response("**/function/**"):  # the frame that was last is a picture like others
        page.get_by_role("button", name="Call again").click()
    page.locator(".stage canvas[aria-label^='frame.jpg:']").wait_for()
    assert len(made) == many + 1


def test_a_frame_that_was_taken_when_the_camera_was_stopped_is_not_sent(open_page):
    page = open_page("#/try/ssd", permissions=["camera"])
    made = calls_of(page)
    page.evaluate(_HELD_FRAMES)
    page.get_by_role("button", name="Camera").click()
    page.locator(".rate", has_text="frames/s").wait_for()
    page.evaluate("window.hold = true")
    until(lambda: page.evaluate("Boolean(window.held)"))
    page.get_by_role("button", name="Stop the camera").click()
    many = len(made)
    page.evaluate("held().then(() => new Promise((done) => setTimeout(done, 50)))")
    assert len(made) == many


def test_a_camera_that_is_taken_away_is_told_and_can_come_back(open_page):
    page = open_page("#/try/ssd", permissions=["camera"])
    page.evaluate(
        """() => {
            const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = async (wish) => window.stream = await real(wish);
        }"""
    )
    page.get_by_role("button", name="Camera").click()
    page.locator(".rate", has_text="frames/s").wait_for()
    page.evaluate("stream.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    page.locator("#told", has_text="it was taken away").wait_for()
    assert page.evaluate("stream.getVideoTracks()[0].readyState") == "ended"
    page.get_by_role("button", name="Camera", exact=True).click()
    page.locator(".rate", has_text="frames/s").wait_for()


@pytest.mark.parametrize("place", ["#/try/%", "#/nowhere", "#/constructor"])
def test_an_address_that_leads_nowhere_says_so(open_page, place):
    page = open_page(place)
    page.get_by_role("alert").filter(has_text="no such page").wait_for()


def test_a_photo_of_twelve_megapixels_is_shrunk_before_the_page_has_it(open_page, page_gateway):
    large = io.BytesIO()
    with Image.open(CUP) as small:
        small.resize((4000, 3000)).save(large, "JPEG", quality=85)
    page = open_page("#/try/ssd")
    bring(page, ("large.jpg", large.getvalue()))
    pane = found(page)
    assert rects(pane) == as_rects(answer_of(page_gateway, large.getvalue())["detections"])
    size = pane.locator("canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
    assert size == [1600, 1200]


def expected_trouble(open_page, *parts):
    """The console may say this of answers that a test asks for, before or after."""
    open_page.expected += parts


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_nobody_is_kept_out(open_page, flaws, theme, locale):
    page = open_page("#/try/ssd?with=fixed", color_scheme=theme, locale=locale)
    assert not flaws(page)
    bring(page, CUP, WOMAN)
    found(page, 0)
    found(page, 1)
    assert not flaws(page)
    page.locator("tbody tr").first.focus()
    assert not flaws(page)


@pytest.mark.parametrize("theme", THEMES)
def test_answers_of_other_kinds_keep_nobody_out(open_page, flaws, theme):
    page = open_page("#/try/others", color_scheme=theme)
    for sent, place in (("json", ".tree"), ("hello", ".other pre"), ("fail", ".status .bad")):
        if not page.get_by_label("Text to send").is_visible():
            page.locator("summary", has_text="Send a text").click()
        page.get_by_label("Text to send").fill(sent)
        page.get_by_role("button", name="Send", exact=True).click()
        page.locator(place).first.wait_for()
        assert not flaws(page), sent
    expected_trouble(open_page, "500")


@pytest.mark.parametrize("place", ["#/try/ssd", "#/try/ssd?with=fixed", "#/try/others"])
def test_a_phone_needs_no_sideways_scrolling(open_page, place):
    page = open_page(place, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) == 360
    bring(
        page, CUP, ("a-name-without-any-place-to-break-" + "x" * 200 + ".jpg", WOMAN.read_bytes())
    )
    page.locator(".status strong").first.wait_for()
    assert page.evaluate(wide) == 360
    if "others" in place:
        expected_trouble(open_page, "400")


def test_the_keyboard_is_enough(open_page):
    page = open_page("#/try/ssd")

    def tab_to(text):
        for _ in range(60):
            page.keyboard.press("Tab")
            if text in page.evaluate(_FOCUSED):
                return
        raise AssertionError(f"no way to {text}")

    page.on("filechooser", lambda _: None)  # so that Playwright takes them from now on
    tab_to("Choose pictures")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([CUP])
    pane = found(page)
    tab_to("Least confidence")
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    assert pane.locator("tbody tr").count() == 1
    tab_to("cup96.1%")
    assert pane.locator("rect.lit").count() == 1
    tab_to("Python")
    page.keyboard.press("Space")
    assert "urlopen" in page.locator(".lines code").inner_text()


def test_the_page_speaks_korean_where_the_browser_does(open_page):
    page = open_page("#/try/ssd", locale="ko-KR")
    assert page.locator("html").get_attribute("lang") == "ko"
    bring(page, CUP)
    assert found(page).locator(".count").inner_text() == "2개 검출"
    page.get_by_role("button", name="사진 선택").wait_for()


def test_another_language_is_answered_in_english(open_page):
    page = open_page("#/try/ssd", locale="fr-FR")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("place", ["", "#/try/ssd"])
def test_the_first_load_is_small(open_page, place):
    page = open_page("#/queue")
    fresh = page.context.browser.new_context()
    seen, tab = [], fresh.new_page()

    def keep(request):  # Playwright marks who listens, and a list's own method cannot be marked
        seen.append(request)

    tab.on("requestfinished", keep)
    tab.goto(page.url.split("#")[0] + place, wait_until="networkidle")
    sizes = {each.url: each.sizes()["responseBodySize"] for each in seen if "/ui/" in each.url}
    fresh.close()
    assert len(sizes) > 5
    assert sum(sizes.values()) <= 150_000, sizes


def test_every_text_is_there_in_both_languages(open_page):
    page = open_page("#/try/ssd")
    folder = ROOT / "dcf" / "gateway" / "ui" / "static" / "words"
    for english in sorted(folder.glob("en*.js")):
        korean = english.name.replace("en", "ko", 1)
        tables = page.evaluate(_TABLES, [english.name, korean])
        filled = [
            {key: sorted(set(re.findall(r"\{\w+\}", text))) for key, text in table.items()}
            for table in tables
        ]
        assert filled[0] == filled[1], english.name
