"""``ssd history``: a table on a terminal, JSON when it is piped."""

import click

from tests.terminal import at_a_terminal
from tests.waiting import until

DIGEST = "0123456789abcdef" * 4
ROWS = [
    {"revision": 3, "deployedAt": "2026-11-27T10:00:00.5Z", "by": "ann@here", "rollout": "failed",
     "reason": "no weights\x1b[2J", "serving": False,
     "annotations": {"dcf.model": "digits-3", "dcf.model.digest": DIGEST, "dcf.forced": "a test"}},
    {"revision": 2, "deployedAt": "2026-11-27T09:00:00Z", "by": "bob@there", "rollout": "ready",
     "serving": True,
     "annotations": {"dcf.model": "digits-2", "dcf.model.digest": DIGEST,
                     "dcf.verdict": "passed against digits-1"}},
    {"revision": 1, "deployedAt": "2026-11-26T09:00:00Z", "rollout": "ready"},
]  # fmt: skip


def test_a_table_on_a_terminal_that_nothing_steers(place, stand_in):
    stand_in.table["GET /system/function/ssd/history"] = (200, ROWS)
    command = place.command("history", "-g", stand_in.address)
    environ = place.environ | {"COLUMNS": "200"}
    with at_a_terminal(*command, **environ) as (process, out, _):
        assert process.wait(60) == 0
        until(lambda: out.text.count("\n") == 4)
    head, *rows = out.text.splitlines()
    assert click.unstyle(head).split() == ["revision", "model", "digest", "deployed", "by", "why"]
    first = ["3", "digits-3", DIGEST[:12], "2026-11-27T10:00:00Z", "ann@here", "failed"]
    assert rows[0].split()[:6] == first
    assert rows[0].endswith("no weights\\x1b[2J; forced: a test")
    assert rows[1].endswith("serves  passed against digits-1")
    assert rows[2].split() == ["1", "-", "-", "2026-11-26T09:00:00Z", "-", "ready", "-"]


def test_json_lines_when_piped(place):
    row, *_ = place.history()
    assert sorted(row) == [
        "by", "deployed_at", "digest", "forced", "model", "number", "reason", "rollout", "serving",
        "verdict",
    ]  # fmt: skip
    assert "no function 'nope' at" in place.ssd("history", "--function", "nope", code=1).stderr


def test_what_no_gateway_says_is_one_line(place, stand_in):
    for value in ([], {}, [1], [{"revision": "1"}], [{"revision": 1, "annotations": []}], b"<p>"):
        stand_in.table["GET /system/function/ssd/history"] = (200, value)
        said = place.ssd("history", "-g", stand_in.address, code=1).stderr
        assert "is no gateway of this project" in said, value
