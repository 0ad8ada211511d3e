"""dcf function list."""

import json
import sys

import pytest

from tests.terminal import seen

LIST = "GET /system/functions"
DCF = (sys.executable, "-m", "dcf")


def rows(done):
    assert done.exit_code == 0, done.stderr
    return [[cell.strip() for cell in line.split("\t")] for line in done.stdout.splitlines()]


def test_every_column_is_filled_from_its_own_field(ask, stand_in):
    stand_in.table[LIST] = (200, [
        {"name": "f", "image": "i", "invocationCount": 7, "replicas": 2, "availableReplicas": 1,
         "annotations": {"desc": "what it does", "maintainer": "me"}},
        {"name": "g", "replicas": 1},
    ])  # fmt: skip
    assert rows(ask("function", "list")) == [
        ["Function", "Image", "Maintainer", "Invocations", "Replicas", "Status", "Description"],
        ["f", "i", "me", "7", "2", "Ready", "what it does"],
        ["g", "", "", "0", "1", "Not Ready", ""],
    ]


@pytest.mark.parametrize(
    ("image", "desc", "shown"),
    [
        ("registry.example/team/f:1", "", ("$(repo)/team/f:1", "")),
        ("/f", "", ("/f", "")),
        ("x" * 30, "y" * 40, ("x" * 30, "y" * 40)),
        ("x" * 31, "y" * 41, ("x" * 28 + "..", "y" * 38 + "..")),
        ("r/" + "x" * 30, "", ("$(repo)/" + "x" * 20 + "..", "")),
    ],
)
def test_registries_are_left_out_and_long_texts_cut(ask, stand_in, image, desc, shown):
    stand_in.table[LIST] = (200, [{"name": "f", "image": image, "annotations": {"desc": desc}}])
    (_, row) = rows(ask("function", "list"))
    assert (row[1], row[6]) == shown


def test_with_a_config_file_only_its_functions_are_listed(ask, stand_in, tmp_path):
    stand_in.table[LIST] = (200, [{"name": name} for name in "abc"])
    (tmp_path / "c.yaml").write_text("functions: {a: {}, c: {}, not-there: {}}")
    assert [row[0] for row in rows(ask("function", "list", "-f", "c.yaml"))[1:]] == ["a", "c"]
    found = json.loads(ask("function", "list", "-f", "c.yaml", "--json").stdout)
    assert [each["name"] for each in found] == ["a", "c"]
    assert len(rows(ask("function", "list"))) == 4


def test_a_config_files_gateway_counts_where_none_is_named(run, stand_in, tmp_path):
    stand_in.table[LIST] = (200, [{"name": "a"}])
    config = f"functions: {{a: {{}}}}\ndcf: {{gateway: '{stand_in.address}'}}"
    (tmp_path / "c.yaml").write_text(config)
    assert rows(run("function", "list", "-f", "c.yaml"))[1][0] == "a"


def test_a_failure_has_the_originals_words(ask, stand_in):
    stand_in.table[LIST] = (500, b"no disk")
    done = ask("function", "list")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "Error: did not listed: no disk\n")


FAILED = "killed by signal 11 (SIGSEGV), a fault in compiled code; in handle (src/handler.py:12)"


def test_a_terminal_of_60_columns_tells_both_that_it_serves_and_what_failed(stand_in):
    stand_in.table[LIST] = (200, [
        {"name": "serve", "image": "archive:sha256:" + "ab" * 32, "replicas": 2,
         "availableReplicas": 2, "rollout": "failed", "rolloutReason": FAILED, "revision": 1,
         "rolloutRevision": 2, "annotations": {"desc": "tells what is in a picture"}},
        {"name": "first", "replicas": 1, "rollout": "failed", "rolloutRevision": 1,
         "rolloutReason": "exited with status 7", "restarts": 3,
         "lastExit": "exited with status 7", "lastExitAt": "2026-01-31T12:00:00.5Z"},
    ])  # fmt: skip
    shown, _ = seen(*DCF, "function", "list", "-g", stand_in.address, columns=60)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 60
    assert [line.split() for line in lines[:2]] == [
        ["Function", "Status", "Replicas", "Calls", "Image", "Description"],
        ["serve", "Ready", "2/2", "0", *lines[1].split()[4:]],
    ]
    told = " ".join(shown.split())
    assert f"revision 2 failed: {FAILED}; revision 1 still serves" in told
    assert "first Not Ready 0/1 0" in told
    assert "revision 1 failed: exited with status 7 restarted 3 times, last 2026-01-31T" in told


def test_a_terminal_tells_what_scales_what_is_at_zero_and_a_crash_loop(stand_in):
    zero, most = {"com.openfaas.scale.zero": "true"}, {"com.openfaas.scale.max": "4"}
    loop = "crash loop: restarted 7 times in 14 s, next try in 6 s, last: killed by signal 9"
    stand_in.table[LIST] = (200, [
        {"name": "idle", "labels": zero | most},
        {"name": "busy", "labels": most, "replicas": 3, "availableReplicas": 2},
        {"name": "still", "labels": zero, "replicas": 1, "crashLoop": loop, "restarts": 7,
         "lastExit": "killed by signal 9", "lastExitAt": "2026-01-31T12:00:00.5Z"},
        {"name": "plain"},
    ])  # fmt: skip
    shown, _ = seen(*DCF, "function", "list", "-g", stand_in.address, columns=100)
    told = " ".join(shown.split())
    assert "idle At zero 0/0 of 0..4 0" in told
    assert "busy Ready 2/3 of 1..4 0" in told
    assert f"still Not Ready 0/1 of 0..20 0 {loop} plain Not Ready 0/0 0" in told
    assert "restarted 7 times, last" not in told


def test_what_scripts_read_stays_as_it_was(ask, stand_in):
    stand_in.table[LIST] = (200, [
        {"name": "f", "image": "i", "replicas": 1, "availableReplicas": 1, "rollout": "failed",
         "rolloutReason": "why", "revision": 1, "rolloutRevision": 2},
    ])  # fmt: skip
    assert rows(ask("function", "list"))[1:] == [["f", "i", "", "0", "1", "Ready", ""]]
