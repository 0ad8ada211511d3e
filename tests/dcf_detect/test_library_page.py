"""Every example of docs/library.md runs, and prints what the page says."""

import contextlib
import importlib.util
import io
import re
import shutil

import pytest

EXTRAS = ("pandas", "supervision")
_BLOCK = re.compile(r"```(python(?: extras)?|text)\n(.*?)```\n", re.DOTALL)


def examples(page):
    """Each example: whether it needs the extras, its code, and what it prints."""
    blocks = _BLOCK.findall(page)
    for (kind, code), (after, text) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind != "text":
            yield kind == "python extras", code, text if after == "text" else None


@pytest.fixture
def place(tmp_path, samples, video, monkeypatch):
    shutil.copy(samples / "coffee.jpg", tmp_path / "street.jpg")
    shutil.copytree(samples, tmp_path / "photos")
    shutil.copy(video, tmp_path / "kitchen.mp4")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("place")
def test_every_example_runs_and_prints_what_is_said(pytestconfig, detector, coffee):
    page = (pytestconfig.rootpath / "docs/library.md").read_text("utf-8")
    names = {"reply": detector(coffee).to_json()}
    there = all(importlib.util.find_spec(library) for library in EXTRAS)
    found = list(examples(page))
    assert len(found) > 12
    for extra, code, printed in found:
        if extra and not there:
            continue
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(code, "docs/library.md", "exec"), names)
        assert output.getvalue() == (printed or ""), code
