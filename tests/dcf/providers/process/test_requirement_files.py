"""A requirements.txt leads to the function's own files and to the net, and pip quotes neither."""

import asyncio
import os

import pytest

from dcf.archive import Entry
from dcf.errors import RolloutFailed
from dcf.providers.process.overlay import Overlays
from dcf.providers.process.requirement_files import refuse_outside

ENTRY = Entry("src", "handler.py", "handle")
SECRET = "root:$6$salt:19000:0:99999:7:::"


@pytest.fixture
def code(tmp_path):
    """A function's code, and beside it what is none of its business."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.whl").write_text("")
    root = tmp_path / "code"
    for folder in ("src/lists", "src/a#", "wheels", "common"):
        (root / folder).mkdir(parents=True)
    (root / "common" / "base.txt").write_text("click\n")
    (root / "src" / "more.txt").write_text("click\n")
    (root / "src" / "link.txt").symlink_to(tmp_path / "secret")
    (root / "src" / "out").symlink_to(tmp_path / "outside")
    return root


def check(code, text, **more):
    """The refusal of a requirements.txt, or nothing."""
    (code / "src" / "requirements.txt").write_bytes(
        text if isinstance(text, bytes) else text.encode()
    )
    for name, content in more.items():
        (code / "src" / "lists" / f"{name}.txt").write_text(content)
    try:
        refuse_outside(code, code / "src" / "requirements.txt")
    except RolloutFailed as fault:
        assert "\n" not in fault.message
        assert "root:" not in fault.message
        return fault.message
    return ""


OUT = [
    "../../secret", "/etc/passwd", "./../../secret", "lists/../../../secret", "a#/../../../secret",
    "link.txt", "out/a.whl", "~", "~/x", "~root/x", "file:///etc/passwd", "FILE:///etc/passwd",
    "file:../../secret", "file:%2e%2e/%2e%2e/secret", "file://localhost/etc/passwd", "file:/etc",
    "file://[/etc", "gopher://example.org/", "file+http:///etc", "git+file:///srv/repo",
]  # fmt: skip
SPELLINGS = [
    "-r {}", "-r{}", "-c {}", "-c{}", "--requirement {}", "--requirement={}", "--req={}", "--r {}",
    "--constraint={}", "--const {}", "-f {}", "--find-links={}", "--find {}", "-e {}", "-e{}",
    "--editable={}", "-i {}", "--index-url={}", "--index {}", "--extra-index-url {}",
    "--pypi-url={}",
    '-r "{}"', "-r '{}'", "-\\\nr {}", "-r \\\n{}", "click -r {}", "--pre -r {}",
    "-r more.txt -r {}",
    "--hash -r {}", " \t-r {}", "-r {}  # comment", "# comment \\\n-r {}", "click\\\n -r {}",
    "--no-index --find-links {}",
]  # fmt: skip


@pytest.mark.parametrize("path", OUT)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_option_that_leads_out_is_refused(code, spelling, path):
    refused = check(code, spelling.format(path))
    assert refused.startswith("requirements.txt is not installed: requirements.txt, line ")


@pytest.mark.parametrize("path", [path for path in OUT if path not in {"~", "link.txt"}])
@pytest.mark.parametrize(
    "spelling", ["{}", "thing @ {}", "thing@{}", "thing @ {} ; python_version > '3'", "  {}",
    "{};x",
                 "{}[extra]", "{}\\\n"],
)  # fmt: skip
def test_a_requirement_that_leads_out_is_refused(code, spelling, path):
    assert check(code, spelling.format(path))


@pytest.mark.parametrize(
    "text",
    [
        "./a\t-/../../../../secret", "thing @ file:./a;/../../../secret",
        "-r lists/\n-r ../../secret",
        "-r ${HOME}/x", "--index-url https://${TOKEN}@example.org/", "thing==${VERSION}",
        "-r https://example.org/list.txt", "-c http://example.org/list.txt", "-r 'more\x00.txt'",
        "-f 'fi\tle:///etc'", "-e ../..", "-e .. -r ../../secret",
        "click\x0b-r ../../secret", "click\u2028-r ../../secret", "click\x85-r ../../secret",
        b"# -*- coding: utf-7 -*-\n+AC0-r /etc/passwd",
        b"\n# vim: set fileencoding=latin-1 :\nclick",
        "-r ../../secret".encode("utf-16"), "-r ../../secret".encode("utf-32"), b"click\xff",
        b"\xef\xbb\xbf-r ../../secret", "#" * (1 << 20) + "\n",
    ],
    ids=range(22),
)  # fmt: skip
def test_other_ways_out_are_refused(code, text):
    assert check(code, text)


def test_what_is_included_is_looked_at_as_well(code):
    refused = check(code, "-r lists/a.txt", a="-c b.txt", b="click\n\n-r ../../../secret")
    assert "lists/b.txt, line 3: -r leads out of the function's own code" in refused
    assert check(code, "-r lists/a.txt", a="-r ../requirements.txt\n-r a.txt") == ""
    chain = {f"n{number}": f"-r n{number + 1}.txt" for number in range(200)}
    assert "more than 100 files" in check(code, "-r lists/n0.txt", **chain)


@pytest.mark.parametrize(
    "text",
    [
        "", "# nothing", "click", "click>=8 ; python_version > '3'  # for https://us\n",
        "numpy[extra]~=2.0", "click==8.1 --hash=sha256:00 \\\n  --hash=sha256:11", "--pre",
        "--no-index",
        "-r more.txt", "-r./more.txt", "-c lists/../more.txt", "-r ../common/base.txt", "-e .",
        "-e ..",
        "./thing.whl", "thing.whl", "../wheels/thing-1.0.whl", "thing @ file:./thing.whl",
        "-f ../wheels",
        "--find-links=wheels", "-i https://example.org/simple",
        "--extra-index-url http://example.org/",
        "thing @ https://user:word@example.org:8080/thing.zip#sha256=00",
        "-e git+https://example.org/x@v1",
        "git+ssh://git@example.org/x.git", "https://user:word@example.org:8080/a.whl",
        "-r missing.txt",
        "--trusted-host example.org", "thing @ git+ssh://git@example.org/x@v1",
        "thing; os_name == 'a/b'",
        "--only-binary :all:", "--use-feature=fast-deps", "컵", "# -*- coding: utf-8 -*-\nclick",
        "${lower}", "thing==1 # ${HOME} -r /etc/passwd", "#-r /etc/passwd",
        "-f https://example.org/wheels",
    ],
)  # fmt: skip
def test_what_stays_inside_or_goes_to_the_net_is_taken(code, text):
    assert check(code, text) == ""


def test_lists_are_relative_to_the_file_that_names_them(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "requirements.txt").write_text("-r sub/a.txt")
    (tmp_path / "sub" / "a.txt").write_text("-r ../b.txt\n-f ../sub\n")
    refuse_outside(tmp_path, tmp_path / "requirements.txt")
    (tmp_path / "sub" / "a.txt").write_text("-e ..\n")
    with pytest.raises(RolloutFailed, match=r"sub/a.txt, line 1: -e leads out"):
        refuse_outside(tmp_path, tmp_path / "requirements.txt")


def installed(tmp_path, code, text):
    """The reason, and what was told meanwhile."""
    (code / "src" / "requirements.txt").write_text(text)
    (tmp_path / "overlays").mkdir(exist_ok=True)
    told = []
    with pytest.raises(RolloutFailed) as failed:
        asyncio.run(Overlays(tmp_path / "overlays").installed(code, ENTRY, told.append))
    left = [path for path in (tmp_path / "overlays").iterdir() if path.suffix != ".doomed"]
    assert left == []
    return failed.value.message, told


def test_pip_is_not_even_run(tmp_path, code):
    reason, told = installed(tmp_path, code, "click\n-r ../../secret\n")
    assert reason.endswith("requirements.txt, line 2: -r leads out of the function's own code")
    assert [line.split(" (")[0] for line in told] == ["installing requirements.txt"]


@pytest.mark.parametrize(
    "text",
    [
        SECRET, f"click\n-r more.txt\n{SECRET} x", f"-e {SECRET}", f"--nosuch {SECRET}",
        f"error: words {SECRET}", f"click ; {SECRET}", f"Building {SECRET} x",
    ],
)  # fmt: skip
def test_what_pip_cannot_read_is_quoted_nowhere(tmp_path, code, monkeypatch, text):
    """By pip itself: also its own files of the function are not shown, only where it stopped."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    reason, told = installed(tmp_path, code, text)
    assert "\n" not in reason
    for each in (reason, *told):
        assert "$6$" not in each
        assert "19000" not in each
    assert os.fspath(tmp_path) not in reason


def test_a_line_that_is_no_requirement_is_named(tmp_path, code, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    reason, _ = installed(tmp_path, code, "click\nno requirement at all\n")
    assert "Invalid requirement (line 2 of requirements.txt)" in reason
