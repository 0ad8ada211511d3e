import subprocess
import sys
from dataclasses import replace

import pytest

from models.datasets.digest import digest_of
from models.datasets.errors import DataSetError
from models.datasets.exchange.parquet import ParquetPlace
from models.datasets.exchange.pushing import push

from .conftest import quiet

pytestmark = pytest.mark.lifecycle

_KILLED = """
import functools, os, signal, sys
from pathlib import Path
from models.datasets.exchange import pushing
from models.datasets.exchange.batches import cut
from models.datasets.exchange.parquet import ParquetPlace
from models.datasets.reading import read_data_set

pushing.cut = functools.partial(cut, most_pictures=1)
left, add = int(sys.argv[3]), ParquetPlace.add

def add_some(self, *what):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    add(self, *what)

ParquetPlace.add = add_some
data, place = read_data_set(Path(sys.argv[1])), ParquetPlace(sys.argv[2])
pushed = pushing.push(data, place, lambda _: lambda *_: None)
print(pushed.moved)
"""


@pytest.fixture
def place(tmp_path):
    return ParquetPlace(str(tmp_path / "place"))


def test_the_same_data_set_again_moves_nothing(place, data, tmp_path):
    first = push(data, place, quiet)
    assert (first.moved, first.pictures, first.digest) == (3, 3, digest_of(data))
    files = {each: each.stat().st_mtime_ns for each in (tmp_path / "place").rglob("*")}
    assert push(data, place, quiet).moved == 0
    assert files == {each: each.stat().st_mtime_ns for each in (tmp_path / "place").rglob("*")}


def test_another_data_set_needs_replace_and_leaves_no_files(place, data, tmp_path):
    push(data, place, quiet)
    other = replace(data, pictures=data.pictures[1:])
    with pytest.raises(DataSetError, match=r"has another data set .3 pictures.* give --replace"):
        push(other, place, quiet)
    renamed = replace(data, pictures=(replace(data.pictures[0], split="val"), *data.pictures[1:]))
    with pytest.raises(DataSetError, match="has these pictures, otherwise named"):
        push(renamed, place, quiet)
    assert push(other, place, quiet, replace=True).moved == 2
    assert len(list((tmp_path / "place/parts").iterdir())) == 1
    assert place.about().pictures == 2


def test_a_part_that_was_lost_is_moved_again(place, data, tmp_path):
    push(data, place, quiet)
    (part,) = (tmp_path / "place/parts").iterdir()
    part.unlink()
    assert push(data, place, quiet).moved == 3


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_push_that_was_killed_shows_nothing_and_goes_on(place, data, tmp_path, made, before):
    def run(most):
        arguments = [str(made.folder), str(tmp_path / "place"), str(most)]
        return subprocess.run(
            [sys.executable, "-c", _KILLED, *arguments],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert run(before).returncode == -9
    assert place.about() is None
    done = run(99)
    assert (done.returncode, done.stdout.strip()) == (0, str(3 - before)), done.stderr
    assert place.about().pictures == 3


def test_progress_is_told(place, data):
    told = []
    push(data, place, lambda what: lambda *counts: told.append((what, *counts)))
    assert told[-1] == ("pictures moved", 3, 3)
    assert ("pictures summed up", 3, 3) in told
