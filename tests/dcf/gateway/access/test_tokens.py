"""The file of tokens: what is in it, who may change it at once, and what it never holds."""

import json
import multiprocessing
import stat

import pytest

from dcf.errors import AlreadyExists, CannotStart, InvalidRequest, NotFound
from dcf.gateway.access.tokens import TokenFile, hash_of


@pytest.fixture
def file(tmp_path):
    return TokenFile(tmp_path / "state" / "tokens.json")


def test_a_token_is_told_once_and_kept_as_a_hash(file):
    token = file.add("ci", "deploy")
    assert token.startswith("dcf_")
    assert len(token) > 40
    assert token not in file.path.read_text()
    (kept,) = json.loads(file.path.read_text())["tokens"]
    assert set(kept) == {"name", "role", "sha256", "created_at"}
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert file.find(hash_of(token)).name == "ci"
    assert file.find(hash_of(token + "x")) is None
    assert file.find(hash_of("")) is None
    assert file.find(hash_of("\udcff")) is None


def test_it_is_read_again_as_soon_as_somebody_else_changed_it(file):
    other = TokenFile(file.path)
    assert file.tokens() == ()
    token = other.add("ci", "call")
    assert file.find(hash_of(token)).role == "call"
    other.revoke("ci")
    assert file.find(hash_of(token)) is None
    again = other.add("ci", "all")
    assert file.find(hash_of(token)) is None
    assert file.find(hash_of(again)).role == "all"
    file.path.unlink()
    assert file.find(hash_of(again)) is None


def test_a_name_is_one_tokens_and_has_few_characters(file):
    file.add("ci", "call")
    with pytest.raises(AlreadyExists, match="dcf gateway token revoke ci"):
        file.add("ci", "deploy")
    for name in ("", "CI", "a b", "-a", "a" * 65, "ä", "a\n"):
        with pytest.raises(InvalidRequest, match="no name for a token"):
            file.add(name, "call")
    with pytest.raises(NotFound, match="there are: ci"):
        file.revoke("cd")
    assert [each.name for each in file.tokens()] == ["ci"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"version": 2, "tokens": []}', b"\xff\xfe", b"\x80\x04cos\nsystem\n.",
     b'{"version": 1, "tokens": [{"name": "a", "role": "root", "sha256": "0", "created_at": ""}]}',
     b'{"version": 1, "tokens": [], "more": 1}'],
    ids=["empty", "cut", "list", "newer", "no-utf8", "pickle", "role", "unknown"],
)  # fmt: skip
def test_what_is_no_file_of_tokens_is_named_and_left_alone(file, content):
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    for attempt in (file.tokens, lambda: file.find(hash_of("x")), lambda: file.add("ci", "call")):
        with pytest.raises(CannotStart, match=r"tokens.json is no file of tokens"):
            attempt()
    assert file.path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match=r"cannot be written|cannot be read"):
        TokenFile(tmp_path / "file" / "tokens.json").add("ci", "call")


def _add_many(path, worker):
    for number in range(10):
        TokenFile(path).add(f"t{worker}-{number}", "call")


def test_several_who_change_it_at_once_lose_nothing(file):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(file.path, each)) for each in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)
        assert each.exitcode == 0
    assert len(file.tokens()) == 30
