"""What a function is made of on disk. Time goes on by the test's own steps, one a look."""

import asyncio
import os

import pytest

from dcf.config import load
from dcf.local_run import sources as module
from dcf.local_run.sources import Sources


@pytest.fixture
def config(write_function, tmp_path):
    for name in ("data/kept", "src/__pycache__/x.pyc", "src/.git/index", "beside"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("old")
    return write_function(tmp_path, include="[data]")


@pytest.fixture
def watch(config, monkeypatch):
    """`watch(*steps)` looks until something has changed, a step before each look but the first.

    Gives how many steps were taken; None if nothing had changed after all of them.
    """
    sources = Sources(config, load(config).functions[0])

    def run(*steps):
        left = list(steps)

        async def sleep(_seconds):
            if not left:
                raise TimeoutError
            left.pop(0)()

        with monkeypatch.context() as patch:
            patch.setattr(module.asyncio, "sleep", sleep)
            try:
                asyncio.run(sources.changed())
            except TimeoutError:
                return None
        return len(steps) - len(left)

    return run


def nothing():
    """A moment in which nobody writes."""


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("config.yaml", True),
        ("src/handler.py", True),
        ("src/new/deep.py", True),
        ("data/kept", True),
        ("beside", False),
        ("src/__pycache__/y.pyc", False),
        ("src/.git/HEAD", False),
    ],
)
def test_what_the_function_is_made_of_counts_and_nothing_else(watch, tmp_path, name, counts):
    def edit():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("an edit")

    assert (watch(edit, nothing, nothing) is not None) is counts


def test_an_edit_counts_once_it_is_written_whole(watch, tmp_path):
    handler = tmp_path / "src/handler.py"
    writes = [lambda size=size: handler.write_text("#" * size) for size in (1, 2, 3, 4)]
    assert watch(*writes, nothing) == len(writes) + 1
    assert watch(nothing, nothing) is None  # it was taken over


def test_a_file_that_goes_or_is_only_touched_counts_too(watch, tmp_path):
    assert watch((tmp_path / "data/kept").unlink, nothing)
    assert watch(lambda: os.utime(tmp_path / "src/handler.py", ns=(1, 1)), nothing)
    assert watch(lambda: (tmp_path / "src/handler.py").rename(tmp_path / "src/other.py"), nothing)


def test_a_folder_that_goes_while_it_is_looked_at_is_no_fault(watch, tmp_path):
    def remove():
        for path in (tmp_path / "src/handler.py", tmp_path / "config.yaml"):
            path.unlink()

    assert watch(remove, nothing)


def test_between_two_looks_nothing_is_missed(watch, tmp_path):
    (tmp_path / "src/handler.py").write_text("edited before anybody looked")
    assert watch(nothing) is not None
