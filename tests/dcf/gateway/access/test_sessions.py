"""Who logged in by the page, and for how long."""

from dcf.gateway.access.sessions import SECONDS, Sessions


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_an_id_is_told_once_and_its_hash_is_kept():
    sessions = Sessions()
    given = sessions.begin("proof")
    assert len(given) >= 43  # 256 bits
    assert sessions.find(given) == "proof"
    assert given not in repr(vars(sessions))
    assert sessions.begin("proof") != given


def test_nobody_is_found_by_what_is_none():
    sessions = Sessions()
    sessions.begin("proof")
    for wrong in ("", "x", "\udcff", next(iter(sessions._kept))):
        assert sessions.find(wrong) is None


def test_it_ends_by_itself_and_by_a_logout():
    clock = Clock()
    sessions = Sessions(clock)
    first, second = sessions.begin(""), sessions.begin("")
    sessions.end(second)
    sessions.end("nobody's")
    assert sessions.find(first) == ""
    assert sessions.find(second) is None
    clock.now = SECONDS
    assert sessions.find(first) is None
    sessions.begin("")
    assert len(sessions) == 1  # what has ended is forgotten


def test_beyond_a_thousand_the_oldest_ends():
    sessions = Sessions()
    first, second = sessions.begin(""), sessions.begin("")
    for _ in range(999):
        last = sessions.begin("")
    assert len(sessions) == 1000
    assert sessions.find(first) is None
    assert sessions.find(second) == sessions.find(last) == ""
