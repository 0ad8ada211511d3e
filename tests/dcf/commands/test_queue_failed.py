"""dcf queue replay and drop."""

import pytest


@pytest.mark.parametrize("verb", ["replay", "drop"])
def test_an_unknown_call_is_1_and_a_wrong_use_is_2(echo_gateway, dcf, verb):
    done = dcf("queue", verb, "nothing", "-g", echo_gateway.rest)
    assert done.returncode == 1
    assert done.stderr == b"Error: no failed call nothing: `dcf queue list` shows them\n"
    for wrong in ([], ["one", "--all"]):
        done = dcf("queue", verb, *wrong, "-g", echo_gateway.rest)
        assert done.returncode == 2
        assert b"name failed calls, or give --all" in done.stderr
    assert dcf("queue", verb, "--all", "-g", echo_gateway.rest).returncode == 0


FAILED = "/system/queue/failed"


def call(call_id):
    texts = dict.fromkeys(("function", "path", "callback", "queued_at", "reason"), "")
    return {"call_id": call_id, "attempts": 1, "status": 0, "size": 0, **texts}


@pytest.mark.parametrize(
    ("verb", "method", "end", "word"),
    [("replay", "POST", "/replay", "Replayed"), ("drop", "DELETE", "", "Dropped")],
)
def test_named_ones_are_done_once_each_in_their_order(ask, stand_in, verb, method, end, word):
    for name in "ab":
        stand_in.table[f"{method} {FAILED}/{name}{end}"] = (200, b"")
    done = ask("queue", verb, "b", "a", "b")
    assert (done.exit_code, done.stdout) == (0, f"{word}: b\n{word}: a\n")
    assert stand_in.lines() == [f"{method} {FAILED}/{name}{end}" for name in "ba"]


def test_of_all_one_that_somebody_else_took_is_no_failure(ask, stand_in):
    stand_in.table |= {
        f"GET {FAILED}": (200, [call(name) for name in "abc"]),
        f"DELETE {FAILED}/a": (200, b""),
        f"DELETE {FAILED}/c": (200, b""),
    }
    done = ask("queue", "drop", "--all")
    assert (done.exit_code, done.stdout) == (0, "Dropped: a\nDropped: c\n")


def test_one_that_is_named_and_gone_ends_it(ask, stand_in):
    stand_in.table |= {f"DELETE {FAILED}/a": (200, b""), f"DELETE {FAILED}/c": (200, b"")}
    done = ask("queue", "drop", "a", "b", "c")
    assert (done.exit_code, done.stdout) == (1, "Dropped: a\n")
    assert f"DELETE {FAILED}/c" not in stand_in.lines()


def test_of_all_another_failure_is_one(ask, stand_in):
    stand_in.table |= {
        f"GET {FAILED}": (200, [call("a")]), f"DELETE {FAILED}/a": (500, b"no disk"),
    }  # fmt: skip
    done = ask("queue", "drop", "--all")
    assert (done.exit_code, done.stderr) == (1, "Error: no disk\n")
