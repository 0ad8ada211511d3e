from models.pipeline.saying import Lines, Tail


def test_a_tail_has_the_last_lines():
    tail = Tail()
    for number in range(1000):
        tail.add(f"line {number}\n".encode())
    assert tail.text().splitlines() == [f"line {number}" for number in range(960, 1000)]


def test_a_tail_of_what_has_no_lines_has_a_bound():
    tail = Tail()
    for _ in range(100):
        tail.add(b"\xff" * 10_000)
    assert len(tail.text()) <= 16_000


def test_lines_come_whole_whatever_the_pieces():
    said = []
    lines = Lines("train", said.append)
    for piece in (b"one\nt", b"wo\n", b"", b"thr\xff", b"ee"):
        lines.add(piece)
    assert said == ["train | one", "train | two"]
    lines.end()
    lines.end()
    assert said[2:] == ["train | thr\N{REPLACEMENT CHARACTER}ee"]


def test_a_line_that_never_ends_is_told_in_parts():
    said = []
    Lines("train", said.append).add(b"x" * 5000)
    assert said == [f"train | {'x' * 5000}"]


def test_no_password_of_an_address_is_told():
    said, tail = [], Tail()
    line = b"no gateway answers at http://me:secret@127.0.0.1:9\n"
    Lines("deploy", said.append).add(line)
    tail.add(line)
    shown = "no gateway answers at http://me:***@127.0.0.1:9"
    assert (said, tail.text()) == ([f"deploy | {shown}"], shown)
