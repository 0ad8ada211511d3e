"""dcf function history."""

import json
import sys

import pytest

from tests.terminal import seen


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_history_tells_digest_time_and_who_newest_first(versions, wire, text):
    gateway = getattr(versions, wire)
    newest, oldest = json.loads(text(versions.dcf("history", "v", "--json", gateway=gateway)))[:2]
    assert newest["number"] > oldest["number"]
    assert newest["serving"]
    assert newest["image"].startswith("archive:sha256:")
    assert "@" in newest["by"]
    head, first, *_ = text(versions.dcf("history", "v", gateway=gateway)).splitlines()
    assert head.split() == ["Revision", "Status", "Deployed", "By", "Image", "Reason"]
    assert first.split()[:3] == [str(newest["number"]), "serving", newest["deployed_at"]]


def test_a_row_says_how_a_revision_went_and_cuts_a_long_image(ask, stand_in):
    stand_in.table["GET /system/function/f/history"] = (200, [
        {"revision": 3, "image": "x" * 31, "rollout": "failed", "reason": "why"},
        {"revision": 2, "image": "x" * 30, "rollout": "ready", "serving": True, "by": "me@box"},
        {"revision": 1, "image": "i", "rollout": "ready", "deployedAt": "t"},
    ])  # fmt: skip
    head, *rows = ask("function", "history", "f").stdout.splitlines()
    assert head.split() == ["Revision", "Status", "Deployed", "By", "Image", "Reason"]
    assert [row.split() for row in rows] == [
        ["3", "failed", "-", "x" * 28 + "..", "why"],
        ["2", "serving", "me@box", "x" * 30],
        ["1", "ready", "t", "-", "i"],
    ]
    (_, second, _) = json.loads(ask("function", "history", "f", "--json").stdout)
    assert (second["number"], second["serving"], second["image"]) == (2, True, "x" * 30)


def test_a_crash_loop_is_told_in_place_of_its_last_end(ask, stand_in):
    line = "crash loop: restarted 7 times in 14 s, next try in 6 s, last: exited with status 1"
    stand_in.table["GET /system/function/f/history"] = (200, [
        {"revision": 1, "image": "i", "rollout": "ready", "serving": True, "crashLoop": line,
         "restarts": 7, "lastExit": "exited with status 1", "lastExitAt": "t"},
    ])  # fmt: skip
    (_, row) = ask("function", "history", "f").stdout.splitlines()
    assert row.endswith(line)


def test_a_function_that_is_not_there_is_one_line(ask, stand_in):
    stand_in.table["GET /system/function/f/history"] = (404, b"no function f")
    done = ask("function", "history", "f")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "Error: no function f\n")


PAST = [
    {"revision": 2, "image": "archive:sha256:" + "ab" * 32, "rollout": "failed", "by": "me@box",
     "deployedAt": "2026-01-31T12:00:00.123456Z", "reason": "exited with status 7 " + "why " * 9},
    {"revision": 1, "image": "i", "rollout": "ready", "serving": True, "restarts": 4,
     "deployedAt": "2026-01-31T11:00:00.123456Z", "lastExit": "killed by signal 9 (SIGKILL)",
     "lastExitAt": "2026-01-31T11:30:00.123456Z"},
]  # fmt: skip
AGAIN = "restarted 4 times, last 2026-01-31T11:30:00Z: killed by signal 9 (SIGKILL)"


def test_a_revision_that_serves_says_how_its_replicas_ended(ask, stand_in):
    stand_in.table["GET /system/function/f/history"] = (200, PAST)
    _, _, row = ask("function", "history", "f").stdout.splitlines()
    assert row.endswith("  " + AGAIN)
    (_, first) = json.loads(ask("function", "history", "f", "--json").stdout)
    assert (first["restarts"], first["last_exit"]) == (4, "killed by signal 9 (SIGKILL)")


def test_a_terminal_of_60_columns_has_reasons_below_their_rows(stand_in):
    stand_in.table["GET /system/function/f/history"] = (200, PAST)
    command = (sys.executable, "-m", "dcf", "function", "history", "f", "-g", stand_in.address)
    shown, _ = seen(*command, columns=60)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[0].split() == ["Revision", "Status", "Deployed", "By", "Image"]
    assert lines[1].split()[:4] == ["2", "failed", "2026-01-31T12:00:00Z", "me@box"]
    assert "exited with status 7 " + "why " * 9 in " ".join(shown.split()) + " "
    assert AGAIN in " ".join(shown.split())
