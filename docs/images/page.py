"""Writes docs/images/ui-try.png and ui-try.ko.png: the page in Chromium, with a real answer.

Needs a gateway (`make run`), Chromium and a Korean font (Debian's `fonts-nanum`):
`.venv-dev/bin/python docs/images/page.py [ADDRESS]`.
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


def screenshot(address: str, locale: str) -> bytes:
    """Try it after a photo was chosen, with the pointer on no box: a PNG."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(locale=locale, viewport={"width": _WIDTH, "height": _HEIGHT})
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
    gateway = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
    for locale, name in {"en-US": "ui-try.png", "ko-KR": "ui-try.ko.png"}.items():
        write(screenshot(gateway, locale), _HERE / name)
