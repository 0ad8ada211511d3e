import io

from models.bundling.progress import Steps, counted_shares


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_line_a_step_in_a_log():
    log = io.StringIO()
    steps = Steps(log)
    for share in (0.0, 0.5, 1.0):
        steps("reading photos", share)
    steps("float32 bundle", 1.0)
    lines = log.getvalue().splitlines()
    assert lines[0] == "reading photos ..."
    assert lines[1].startswith("reading photos: done in 0 s")
    assert lines[2].startswith("float32 bundle: done in 0 s")
    assert len(lines) == 3


def test_a_moving_line_on_a_terminal():
    screen = Terminal()
    steps = Steps(screen)
    steps("rounding weights", 0.25)
    assert screen.getvalue() == "\rrounding weights:  25%, 0 s"
    steps("rounding weights", 1.0)
    assert screen.getvalue().endswith("done in 0 s   \n")


def test_what_is_counted_becomes_shares_of_a_step():
    told = []
    count = counted_shares("measuring", 4, lambda *step: told.append(step))
    for more in (1, 1, 2):
        count(more)
    assert told == [("measuring", 0.25), ("measuring", 0.5), ("measuring", 1.0)]
