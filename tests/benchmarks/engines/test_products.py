"""Models for the engines are made once, whole or not at all, after what they are made from."""

import sys
from pathlib import Path

import pytest

from benchmarks.engines import products as room
from benchmarks.engines.products import PRODUCTS, Product, fill, prepared
from benchmarks.harness.errors import BenchmarkError, CannotMeasure

PYTHON = Path(sys.executable)
COPY = "import sys; from pathlib import Path; Path(sys.argv[1]).write_text('+'.join(sys.argv[2:]))"


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Prepares the last of the given products; what was made, in order, is ``make.lines``."""

    def run(*products):
        monkeypatch.setattr(room, "PRODUCTS", {each.name: each for each in products})
        return prepared(products[-1].name, run.lines.append, tmp_path / "made")

    run.lines = []
    return run


def copying(name, *arguments, needs=(), python=PYTHON):
    return Product(name, python, ("-c", COPY, "{to}", *arguments), needs)


def test_a_product_is_made_once(make):
    file = make(copying("a.txt", "first"))
    assert make(copying("a.txt", "second")) == file
    assert file.read_text() == "first"
    assert [line[:10] for line in make.lines] == ["made a.txt"]


def test_what_a_product_is_made_from_is_made_first(make):
    file = make(copying("a.txt", "x"), copying("b", "{a.txt}", "y", needs=("a.txt",)))
    assert file.read_text() == f"{file.parent / 'a.txt'}+y"
    assert [line.split()[1] for line in make.lines] == ["a.txt", "b"]


def test_a_program_that_fails_leaves_nothing_that_looks_done(make, tmp_path):
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text('half'); sys.exit('no room')"
    with pytest.raises(BenchmarkError, match=r"making a ended with 1: no room"):
        make(Product("a", PYTHON, ("-c", code, "{to}")))
    assert not (tmp_path / "made/a").exists()
    assert make(copying("a", "whole")).read_text() == "whole"


def test_a_program_that_makes_nothing_fails(make):
    with pytest.raises(BenchmarkError, match=r"making a ended with 0: nothing was written"):
        make(Product("a", PYTHON, ("-c", "")))


def test_a_program_that_takes_too_long_is_ended(make, monkeypatch):
    monkeypatch.setattr(room, "_SECONDS", 0.2)
    with pytest.raises(BenchmarkError, match="took longer than"):
        make(Product("a", PYTHON, ("-c", "import signal; signal.pause()", "{to}")))


def test_what_an_interrupted_run_left_is_replaced(make, tmp_path):
    left = tmp_path / "made/partial-a/half"
    left.mkdir(parents=True)
    assert make(copying("a", "whole")).read_text() == "whole"


def test_a_missing_environment_says_how_to_make_it(make, tmp_path, monkeypatch):
    absent = tmp_path / "absent"
    monkeypatch.setitem(room.HOW_TO_INSTALL, absent, "`make it`, then again")
    with pytest.raises(CannotMeasure, match="`make it`, then again"):
        make(copying("a", python=absent))


def test_every_place_in_a_command_is_filled(tmp_path):
    places = {"to": tmp_path / "to"} | {name: tmp_path / name for name in PRODUCTS}
    for product in PRODUCTS.values():
        command = fill(product.command, places)
        assert str(tmp_path / "to") in command
        assert not any("{" in argument for argument in command)
        assert all(any(str(tmp_path / need) in each for each in command) for need in product.needs)
