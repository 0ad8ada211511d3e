"""dcf function promote, dcf function abandon."""

import pytest

from tests.waiting import without_waiting

READY = {"name": "f", "annotations": {"dcf.rollout": "ready"}}


def test_promote_waits_until_it_serves(ask, stand_in):
    stand_in.table |= {
        "POST /system/function/f/promote": (202, {"revision": 7, "image": "new"}),
        "GET /system/function/f": [
            (200, {"name": "f", "annotations": {"dcf.rollout": "progressing"}}),
            (200, READY),
        ],
    }
    done = ask("function", "promote", "f")
    assert done.exit_code == 0, done.stderr
    first, last = done.stdout.splitlines()
    assert first == "Promoting: revision 7 of f ..."
    assert last.startswith("Function f serves new after ")
    assert "@" in stand_in.asked[0].headers["X-Deployed-By"]


def test_abandon_says_what_is_drained_and_waits_for_nothing(ask, stand_in):
    stand_in.table |= {"POST /system/function/f/abandon": (202, {"revision": 7, "image": "new"})}
    done = ask("function", "abandon", "f")
    assert (done.exit_code, done.stdout) == (
        0, "Abandoned: revision 7 of f is drained; what served serves on.\n",
    )  # fmt: skip
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize("verb", ["promote", "abandon"])
@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_without_a_canary_both_say_so_in_one_line(echo_gateway, verb, wire):
    done = echo_gateway.dcf(verb, "echo", gateway=getattr(echo_gateway, wire))
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = without_waiting(done.stderr.decode()).splitlines()
    assert "Error: revision 1 of echo is no canary or shadow now" in line
