"""dcf function try."""

import json
import webbrowser

import pytest

FOUND = {"name": "f", "image": "i", "replicas": 1}


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """A program in the place of a browser; what it was given, or nothing."""
    given, program = tmp_path / "given", tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$@" > {given}\n')
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{program} %s")
    monkeypatch.setattr(webbrowser, "_tryorder", None)  # it has read BROWSER once
    return lambda: given.read_text() if given.exists() else ""


@pytest.fixture(name="address")
def _address(stand_in):
    stand_in.table["GET /system/function/f"] = (200, FOUND)
    return f"{stand_in.address}/ui/#/try/f"


def test_the_page_opens_and_its_address_is_told(ask, address, browser):
    done = ask("function", "try", "f")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{address}\n", "")
    assert browser() == f"{address}\n"


def test_it_is_told_alone_if_that_is_wanted(ask, address, browser):
    done = ask("function", "try", "f", "--no-browser")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{address}\n", "")
    assert browser() == ""


@pytest.mark.parametrize("flags", [(), ("--no-browser",)])
def test_json_says_whether_it_was_opened(ask, address, browser, flags):
    done = ask("function", "try", "f", "--json", *flags)
    assert json.loads(done.stdout) == {"name": "f", "page": address, "opened": not flags}
    assert bool(browser()) == (not flags)


@pytest.mark.parametrize("kind", ["none", "text"])
def test_without_a_browser_for_pages_it_says_so(ask, address, browser, monkeypatch, kind):
    monkeypatch.delenv("BROWSER")
    monkeypatch.setattr(webbrowser, "_tryorder", ["lynx"] if kind == "text" else [])
    text_alone = {"lynx": [None, webbrowser.GenericBrowser("lynx")]}
    monkeypatch.setattr(webbrowser, "_browsers", text_alone if kind == "text" else {})
    done = ask("function", "try", "f")
    assert (done.exit_code, done.stdout) == (0, f"{address}\n")
    assert "open that address" in done.stderr


def test_a_function_that_is_not_there_is_said_and_nothing_opens(ask, stand_in, browser):
    stand_in.table["GET /system/function/g"] = (404, "no such function: g\n")
    done = ask("function", "try", "g")
    assert done.exit_code == 1
    assert "no such function: g" in done.stderr
    assert browser() == ""


def test_over_grpc_the_rest_address_is_asked_for(run, browser):
    done = run("function", "try", "f", "-g", "127.0.0.1:32222")
    assert done.exit_code == 2
    assert "--gateway http://HOST:8080" in done.stderr
    assert browser() == ""
