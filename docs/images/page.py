"""Writes docs/images/ui-try.png: the page as Chromium shows it, with what a real function answered.

Needs a gateway (`make run`) and Chromium: `.venv-dev/bin/python docs/images/page.py [ADDRESS]`.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))  # this checkout's tests

from tests.browser import CHROMIUM, FLAGS

_HERE = Path(__file__).parent
_PHOTO = _HERE.parents[1] / "samples" / "coffee.jpg"
_WIDTH, _HEIGHT = 1040, 990


def screenshot(address: str) -> bytes:
    """Try it after a photo was chosen, with the pointer on no box: a PNG."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(locale="en-US", viewport={"width": _WIDTH, "height": _HEIGHT})
        page.goto(f"{address}/ui/#/try/ssd")
        page.locator("input[type=file]").set_input_files(_PHOTO)
        page.locator(".count").wait_for()
        picture = page.screenshot()
        browser.close()
    return picture


def write(picture: bytes, path: Path) -> None:
    """Writes a PNG of 128 colours, a quarter of the bytes."""
    with Image.open(io.BytesIO(picture)) as whole:
        few = whole.convert("RGB").quantize(128, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


if __name__ == "__main__":
    write(
        screenshot(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"),
        _HERE / "ui-try.png",
    )
