"""Verdicts are kept by digest, written once, and the newest one counts."""

import json

import pytest

from models.registry.errors import RegistryError
from models.registry.stores import open_store
from models.registry.verdicts import Verdicts, parse_verdict

DIGEST, OTHER = "0" * 64, "1" * 64


def verdict(digest=DIGEST, *, passed=True, made="2026-11-27T10:00:00+00:00", **more):
    checks = [{"rule": "overall", "passed": True}, {"rule": "size", "passed": passed}]
    document = {
        "passed": passed, "candidate": "digits-2", "serving": "digits-1", "made": made,
        "checks": checks, "figures": {"candidate": {"digest": digest}},
    }  # fmt: skip
    return json.dumps(document | more).encode()


@pytest.fixture
def verdicts(tmp_path):
    return Verdicts(open_store(str(tmp_path / "registry")))


def test_the_newest_counts_whenever_it_was_kept(verdicts):
    assert verdicts.newest(DIGEST) is None
    verdicts.keep(verdict(made="2026-11-27T10:00:01+00:00"))
    verdicts.keep(verdict(passed=False, made="2026-11-27T09:59:59+00:00"))
    verdicts.keep(verdict(OTHER, passed=False, made="2027-01-01T00:00:00+00:00"))
    newest = verdicts.newest(DIGEST)
    assert (newest.passed, newest.made) == (True, "2026-11-27T10:00:01+00:00")
    assert newest.line.startswith("passed against digits-1, 2026-11-27T10:00:01+00:00, sha256:")
    other = verdicts.newest(OTHER)
    assert other.line.startswith("refused for size against digits-1, 2027-01-01T")
    assert parse_verdict(verdict(serving=None), "v").line.startswith("passed against floors, ")


def test_one_that_was_changed_afterwards_is_refused(verdicts, tmp_path):
    verdicts.keep(verdict(OTHER))
    (file,) = (tmp_path / "registry/verdicts" / OTHER).iterdir()
    moved = tmp_path / "registry/verdicts" / DIGEST / file.name
    moved.parent.mkdir()
    file.rename(moved)
    with pytest.raises(RegistryError, match="is about another bundle: it was changed"):
        verdicts.newest(DIGEST)
    moved.write_bytes(b"{")
    with pytest.raises(RegistryError, match="is no verdict of `ssd gate --out`"):
        verdicts.newest(DIGEST)


def test_a_passing_word_over_a_failing_rule_is_no_pass():
    failing = [{"rule": "size", "passed": False}]
    assert not parse_verdict(verdict(passed=True, checks=failing), "v").passed
    assert not parse_verdict(verdict(passed="yes"), "v").passed


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b"\x80\x04.", b"[" * 100_000, verdict(checks=[]), verdict(checks=3),
        verdict(digest="../../x"), verdict(digest="A" * 64), verdict(candidate=["x"]),
        verdict(candidate="a\x1b[2J"), verdict(figures={}), verdict(made=3),
    ],
)  # fmt: skip
def test_what_is_no_verdict_is_one_line(content):
    with pytest.raises(RegistryError, match=r"verdict.json is no verdict of"):
        parse_verdict(content, "verdict.json")
