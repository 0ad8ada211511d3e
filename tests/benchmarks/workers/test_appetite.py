"""One body is weighed in a child of its own: its time, its memory, its answer."""

import pytest

from benchmarks.bodies.costly import make
from benchmarks.harness.plan import Plan, photos
from benchmarks.harness.worker import Worker

PNG = {"width": 2000, "height": 2000, "depth": 2, "color": 1, "interlace": 0, "filter": 0,
       "texts": 0, "chunks": 0}  # fmt: skip


@pytest.fixture
def weigh(tmp_path):
    with Worker(Plan().python, ["benchmarks.workers.appetite"]) as worker:

        def asked(body):
            (tmp_path / "body").write_bytes(body)
            return worker.ask({"body": str(tmp_path / "body")})

        yield asked


def test_a_larger_picture_takes_more(weigh):
    _, small, answer = weigh(photos()[0].read_bytes())
    seconds, large, _ = weigh(make("png", PNG))
    assert answer.endswith(" bytes")
    assert seconds > 0
    assert large > small + 10_000_000


def test_what_is_refused_says_so_by_its_code(weigh):
    assert weigh(b"no picture")[2].split(":")[0] == "not_an_image"
    assert weigh(photos()[0].read_bytes())[2].endswith(" bytes"), "the next one is weighed"
