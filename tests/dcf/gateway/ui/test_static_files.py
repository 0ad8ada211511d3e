"""The files of the page: whole, packed, asked for again, and with the policy on each of them."""

import gzip
from pathlib import Path

import pytest

from dcf.gateway.access.access import Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.ui.static_files import FOLDER, HEADERS, TYPES, StaticFiles

FILES = sorted(each for each in FOLDER.rglob("*") if each.is_file())
NAMES = [each.relative_to(FOLDER).as_posix() for each in FILES]


@pytest.fixture(scope="module")
def gateway(module_background):
    return module_background(access=Access(Credentials("me", "word")))


@pytest.mark.parametrize("name", ["", *NAMES])
def test_every_file_is_served_to_everybody_with_the_policy(gateway, name):
    answer = gateway.ask("GET", f"/ui/{name}", headers={"Accept-Encoding": "identity"})
    path = FOLDER / (name or "index.html")
    assert answer.status_code == 200
    assert answer.content == path.read_bytes()
    assert answer.headers["Content-Type"] == TYPES[path.suffix]
    assert {key: answer.headers[key] for key in HEADERS} == dict(HEADERS)


def test_a_browser_may_fetch_from_here_alone_and_run_what_is_a_file():
    policy = dict(part.strip().partition(" ")[::2] for part in
                  HEADERS["Content-Security-Policy"].split(";"))  # fmt: skip
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {policy[key] for key in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert not [each for each in policy.values() if "unsafe" in each or "*" in each or "/" in each]


def test_no_file_needs_another_host_or_what_the_policy_refuses():
    for path in FILES:
        if path.suffix in {".html", ".css", ".js"}:
            text = path.read_text()
            hosts = text.replace("http://www.w3.org/", "")
            assert "https://" not in hosts, path.name
            assert "innerHTML" not in text, path.name
            assert path.suffix != ".html" or " style=" not in text, path.name


def test_the_first_load_is_small():
    files = StaticFiles()
    sizes = {name: len(files.find(name, "gzip").body) for name in files.names()}
    assert sum(sizes.values()) <= 150_000, sizes


def test_what_has_not_changed_is_not_sent_again(gateway):
    answer = gateway.ask("GET", "/ui/", headers={"Accept-Encoding": "identity"})
    asked = {"Accept-Encoding": "identity", "If-None-Match": answer.headers["ETag"]}
    again = gateway.ask("GET", "/ui/", headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert again.headers["Cache-Control"] == "no-cache"
    weak = {**asked, "If-None-Match": f'"x", W/{answer.headers["ETag"]}'}
    assert gateway.ask("GET", "/ui/", headers=weak).status_code == 304
    assert gateway.ask("GET", "/ui/", headers={**asked, "If-None-Match": "*"}).status_code == 304
    other = {**asked, "If-None-Match": '"another"'}
    assert gateway.ask("GET", "/ui/", headers=other).content == answer.content
    assert gateway.ask("HEAD", "/ui/").content == b""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "app.js").write_text("let a = 1;\n" * 100)
    (tmp_path / "words/ko.js").write_text("x")  # gzip makes it longer
    (tmp_path / "notes.txt").write_text("none of the page")
    (tmp_path / "app.js.swp").write_text("an editor's")
    return StaticFiles(tmp_path)


@pytest.mark.parametrize(
    ("takes", "is_packed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("", False), ("br", False), ("gzip;q=0", False),
     ("gzip; q=0.0", False), ("identity", False), ("x-gzip", False)],
)  # fmt: skip
def test_it_is_packed_for_who_takes_it(files, takes, is_packed):
    found = files.find("app.js", takes)
    assert found.headers.get("Content-Encoding") == ("gzip" if is_packed else None)
    assert found.headers["Vary"] == "Accept-Encoding"
    whole = gzip.decompress(found.body) if is_packed else found.body
    assert whole == b"let a = 1;\n" * 100
    assert found.tag != files.find("app.js", "" if is_packed else "gzip").tag


def test_what_would_grow_stays_as_it_is_and_what_is_no_file_of_a_page_is_left_out(files):
    assert files.names() == {"app.js", "words/ko.js"}
    assert files.find("words/ko.js", "gzip").body == b"x"
    for name in ("", "notes.txt", "words", "../app.js", "/app.js", "app.js.swp"):
        assert files.find(name, "gzip") is None


@pytest.mark.parametrize("path", ["/ui/none.js", "/ui/words/../../door.py", "/ui/%2e%2e/door.py",
                                  "/ui//etc/passwd.js", "/ui/none"])  # fmt: skip
def test_nothing_else_is_there(gateway, path):
    session_path = gateway.server.rest + path
    assert Path(FOLDER.parent / "door.py").exists()
    assert gateway.ask("GET", path).status_code == 404, session_path


def test_its_address_ends_with_a_slash(gateway):
    answer = gateway.ask("GET", "/ui")
    assert (answer.status_code, answer.headers["Location"]) == (308, "ui/")
