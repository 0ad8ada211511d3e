"""dcf function rollback."""

import json

import pytest


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_rollback_waits_until_the_old_code_serves(versions, wire, text):
    gateway = getattr(versions, wire)
    before = text(versions.dcf("call", "v", stdin=b"x"))
    said = text(versions.dcf("rollback", "v", gateway=gateway))
    after = text(versions.dcf("call", "v", stdin=b"x"))
    assert {before, after} == {"one", "two"}
    assert said.splitlines()[0].startswith("Rolling back: v to the revision before, as revision")
    assert "serves archive:sha256:" in said
    text(versions.dcf("rollback", "v", "1" if before == "one" else "2", gateway=gateway))
    assert text(versions.dcf("call", "v", stdin=b"x")) == before


def test_a_revision_that_is_not_there_is_named(versions, text):
    done = versions.dcf("rollback", "v", "99")
    assert (done.returncode, b"99" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sent", "back"),
    [((), {}, "the revision before"), (("3",), {"revision": 3}, "revision 3")],
)
def test_what_is_said_is_what_was_asked_and_what_came(ask, stand_in, arguments, sent, back):
    stand_in.table |= {
        "POST /system/function/f/rollback": (202, {"revision": 7, "image": "old"}),
        "GET /system/function/f": [
            (200, {"name": "f", "annotations": {"dcf.rollout": "progressing"}}),
            (200, {"name": "f", "annotations": {"dcf.rollout": "ready"}}),
        ],
    }
    done = ask("function", "rollback", "f", *arguments)
    assert done.exit_code == 0, done.stderr
    first, last = done.stdout.splitlines()
    assert first == f"Rolling back: f to {back}, as revision 7 ..."
    assert last.startswith("Function f serves old again after ")
    assert json.loads(stand_in.asked[0].body) == sent
    assert len(stand_in.asked) == 3


def test_one_that_does_not_become_ready_is_told_with_its_reason(ask, stand_in):
    failed = {"name": "f", "annotations": {"dcf.rollout": "failed", "dcf.reason": "why"}}
    stand_in.table |= {
        "POST /system/function/f/rollback": (202, {"revision": 7}),
        "GET /system/function/f": (200, failed),
    }
    done = ask("function", "rollback", "f")
    assert (done.exit_code, done.stderr) == (1, "Error: function f cannot become ready: why\n")
    assert "again" not in done.stdout


def test_revisions_begin_at_one(ask, stand_in):
    assert ask("function", "rollback", "f", "0").exit_code == 2
    assert stand_in.asked == []
