"""What is packed lies in the config file's folder, unless whoever packs it says otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from dcf.config import load
from dcf.errors import ArchiveError, ConfigError
from dcf.packing import archive_of, files_of, free_to_reach_out

ROOT = Path(__file__).parents[2]
HANDLER = "def Handler(req):\n    return b'x'\n"


@pytest.fixture
def folder(tmp_path):
    """A config file's folder with a handler, and a secret beside it."""
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "handler.py").write_text(HANDLER)
    (tmp_path / "own" / "src").mkdir(parents=True)
    (tmp_path / "own" / "src" / "handler.py").write_text(HANDLER)
    return tmp_path / "own"


def config(folder, directory="./src", include=(), file="handler.py"):
    path = folder / "config.yaml"
    path.write_text(
        f"functions:\n  f:\n    handler:\n      dir: {directory}\n      file: {file}\n"
        f"      include: [{', '.join(include)}]\n"
    )
    return path


def function(path, allowed=False):
    return free_to_reach_out(load(path), allowed).functions[0]


OUTSIDE = [
    ("./src", ["../secret"]), ("./src", ["./../secret"]), ("./src", ["src/../../secret"]),
    ("../other", []), ("./src", ["../other"]), ("./src", ["src", "../../"]), ("..", []),
]  # fmt: skip


@pytest.mark.parametrize(("directory", "include"), OUTSIDE)
def test_what_lies_outside_is_refused(folder, directory, include):
    refused = function(config(folder, directory, include))
    with pytest.raises(ConfigError, match=r"functions\.f\.handler: .* lies outside of .*--allow-o"):
        files_of(refused)
    with pytest.raises(ConfigError):
        archive_of(refused)


def test_it_is_packed_below_the_folder_they_share_when_that_is_allowed(folder):
    names = archive_of(function(config(folder, "../other", ["../secret"]), True)).names
    assert names == ("other/handler.py", "secret")
    names = archive_of(function(config(folder, include=["../secret"]), True)).names
    assert names == ("own/src/handler.py", "secret")


@pytest.mark.parametrize("include", ["/etc/passwd", "/", "/etc"])
def test_what_has_no_name_in_an_archive_is_refused_always(folder, include):
    for allowed in (False, True):
        with pytest.raises(ArchiveError, match="lies outside"):
            files_of(function(config(folder, include=[include]), allowed))


def link(folder, kind):
    """A link that leads out of the folder; gives what to include, and the names it is packed by."""
    outside = folder.parent
    if kind == "file":
        (folder / "src" / "link").symlink_to(outside / "secret")
        return [], "src/link"
    if kind == "relative":
        (folder / "src" / "link").symlink_to("../../secret")
        return [], "src/link"
    if kind == "folder":
        (folder / "lib").symlink_to(outside / "other")
        return ["lib"], "lib/handler.py"
    if kind == "chain":
        (folder / "src" / "link").symlink_to("second")
        (folder / "src" / "second").symlink_to(outside / "secret")
        return [], "src/link"
    (folder / "src" / "deep").mkdir()
    (folder / "src" / "deep" / "x.py").write_text("")
    (folder / "__init__.py").symlink_to(outside / "secret")
    (folder / "src" / "__init__.py").symlink_to(outside / "secret")
    return ["src/deep"], "src/__init__.py"


@pytest.mark.parametrize("kind", ["file", "relative", "folder", "chain", "package mark"])
def test_links_that_lead_out_are_refused_unless_that_is_allowed(folder, kind):
    include, name = link(folder, kind)
    path = config(folder, include=include)
    with pytest.raises(ArchiveError, match=r"is a link that leaves .*--allow-outside"):
        files_of(function(path))
    assert name in files_of(function(path, True))


def test_a_mark_of_a_package_above_the_handler_is_looked_at_too(folder):
    (folder / "src" / "sub").mkdir()
    (folder / "src" / "sub" / "handler.py").write_text(HANDLER)
    (folder / "src" / "__init__.py").symlink_to(folder.parent / "secret")
    path = config(folder, "./src/sub")
    with pytest.raises(ArchiveError, match="is a link that leaves"):
        files_of(function(path))
    assert "src/__init__.py" in files_of(function(path, True))


def test_what_a_config_file_above_lists_of_its_own_folder_needs_no_flag(folder):
    """As `dcf function init` makes it, beside a config file that is there."""
    above = config(folder.parent, "./other", ["secret"])
    below = config(folder, "../other", ["../secret"])
    assert archive_of(function(below)).names == ("other/handler.py", "secret")
    above.rename(above.with_name("another.yaml"))
    with pytest.raises(ConfigError, match="lies outside"):
        files_of(function(below))


@pytest.mark.parametrize(
    "include", ["../outside", "other/../../outside", "../own/../outside", "."], ids=str
)
def test_a_config_file_above_vouches_for_nothing_outside_its_own_folder(folder, include):
    (folder.parent / "outside").write_text("secret")
    middle = folder / "middle"
    (middle / "src").mkdir(parents=True)
    (middle / "src" / "handler.py").write_text(HANDLER)
    config(folder, include=[include])
    with pytest.raises(ConfigError, match="lies outside"):
        files_of(function(config(middle, include=["../../outside"])))


def test_links_are_held_to_the_folders_that_are_listed(folder):
    config(folder.parent, "./other")
    below = config(folder, "../other")
    (folder.parent / "other" / "link").symlink_to(folder.parent / "secret")
    with pytest.raises(ArchiveError, match="is a link that leaves"):
        files_of(function(below))
    assert "other/link" in files_of(function(below, True))


def test_links_inside_are_packed_as_ever(folder):
    (folder / "src" / "link.py").symlink_to("handler.py")
    assert archive_of(function(config(folder))).names == ("src/handler.py", "src/link.py")


@pytest.mark.parametrize("verb", ["create", "run", "build --archive", "export"])
def test_every_verb_that_packs_wants_it_said(dcf, folder, echo_gateway, tmp_path, verb):
    path = config(folder, include=["../secret"])
    if verb == "export":
        words = ["export", "-t", "cloud-functions", "-f", path, "-o", tmp_path / "out"]
    else:
        words = ["function", *verb.split(), "-f", path]
        words += ["-g", echo_gateway.rest] if verb == "create" else []
    done = dcf(*words, stdin=b"in")
    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert line.startswith("Error: functions.f.handler: ../secret lies outside of ")
    assert dcf(*words, "--allow-outside", stdin=b"in").returncode == 0
    if verb == "create":
        assert dcf("function", "delete", "f", "-g", echo_gateway.rest).returncode == 0


def test_this_projects_own_config_reaches_nothing_outside():
    for each in load(ROOT / "config.yaml").functions:
        assert each.outside == ()
        assert files_of(each)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*/config.yaml")), ids=lambda path: path.parent.name
)
def test_examples_are_packed_as_their_pages_say(path):
    for each in load(path).functions:
        assert files_of(replace(each, allow_outside=True))
        if each.outside:
            pages = (ROOT / "docs" / "deploy" / "training.md").read_text()
            assert f"cd {path.parent.name}" in pages or "wherever `torch` is" in pages
            assert "--allow-outside" in pages
