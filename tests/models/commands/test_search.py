"""`ssd search` as a person calls it."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.commands.search import command
from models.datasets.record import DataSet
from models.datasets.writing import write_coco
from tests.models.search.conftest import STANDIN
from tests.models.training.conftest import draw_squares
from tests.waiting import until

ROOT = Path(__file__).parents[3]
HAS_OPTUNA = importlib.util.find_spec("optuna") is not None


def call(*words):
    return CliRunner().invoke(command, list(map(str, words)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give --study for a search, or one of --show, --report and --dashboard"),
        (["--study", "a", "--show", "a"], "give --study for a search, or one of"),
        (["--show", "a", "--report", "a"], "give --study for a search, or one of"),
        (["--study", "a", "--trials", "0"], "--trials must be a whole number from 1"),
        (["--study", "a", "--workers", "x"], "--workers must be a whole number from 1"),
        (["--study", "a", "--space", "nowhere.yaml"], "'nowhere.yaml' does not exist"),
    ],
)
def test_usage_errors(words, said):
    result = call(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


@pytest.mark.skipif(HAS_OPTUNA, reason="Optuna is here")
def test_without_optuna_the_remedy_is_told():
    result = call("--study", "a", "--data", "b")
    assert result.exit_code == 1
    assert "this needs Optuna" in result.output
    assert "make train-env" in result.output


def begin_search(folder, *words):
    """The command as a process, whose trials are the stand-in's."""
    code = (
        "import models.search.trial_run as trial_run\n"
        f"trial_run.PROGRAM = {STANDIN!r}\n"
        "from models.commands.__main__ import main\n"
        "main()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, "search", *words], cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def search(folder, *words):
    with begin_search(folder, *words) as process:
        said, noted = process.communicate(timeout=100)
    return process.returncode, said, noted


@pytest.fixture
def folder(tmp_path):
    squares = DataSet(("red", "green"), (1, 2), draw_squares(tmp_path / "squares", 10))
    write_coco(squares, tmp_path / "data", lambda done, of: None)
    (tmp_path / "data/standin.json").write_text('{"1": "hold"}')
    (tmp_path / "search.yaml").write_text(
        "base: {epochs: 3}\nspace: {rate.peak: {log: [1e-4, 1e-2]}}\n"
    )
    return tmp_path


BEGIN = ("--data", "data", "--space", "search.yaml", "--study", "searches/digits", "--trials", "3")


@pytest.mark.lifecycle
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "TERM"]
)
def test_it_stops_where_nothing_is_lost_and_says_how_to_go_on(folder, number, status):
    log = folder / "searches/digits/trials/digits-1.log"
    with begin_search(folder, *BEGIN) as process:
        until(lambda: log.exists() and " left" in log.read_text(), 60)
        process.send_signal(number)
        _, noted = process.communicate(timeout=60)
    assert process.returncode == status
    assert noted.splitlines()[-1] == "go on: ssd search --study searches/digits"
    status, said, _ = search(folder, "--study", "searches/digits")
    assert status == 0
    best = json.loads(said)
    assert best["id"] == "digits-1"
    assert best == json.loads((folder / "searches/digits/best.json").read_text())
    assert Path(best["run"]).samefile(folder / "searches/digits/best")
    assert "digits-1" in (folder / "searches/digits/report.html").read_text()
    status, said, _ = search(folder, "--show", "searches/digits")
    assert [json.loads(line)["state"] for line in said.splitlines()] == ["complete"] * 3
    assert json.loads(said.splitlines()[1])["id"] == "digits-2"
    # The study is whole: asked again it says so at once.
    assert search(folder, *BEGIN)[:2] == (0, json.dumps(best) + "\n")


@pytest.mark.lifecycle
def test_without_a_good_trial_it_is_a_failure(folder):
    (folder / "data/standin.json").write_text('{"1": "nan", "2": "crash", "3": "blind"}')
    status, said, noted = search(folder, *BEGIN)
    assert (status, said) == (1, "")
    assert "Error: none of 3 trials is complete: `ssd search --show searches/digits`" in noted
    status, _, noted = search(folder, *BEGIN[:-1], "9", "--most-failures", "1")
    assert status == 0
    assert "digits-4 complete" in noted


@pytest.mark.lifecycle
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--study", "searches/digits"), "is no study yet: give --data"),
        (("--show", "searches/digits"), "is no study"),
        (("--dashboard", "searches/digits"), "is no study"),
        (("--study", "mysql://host/db"), "give a folder, sqlite:///FILE.db or journal:FILE.jsonl"),
        ((*BEGIN, "--max-bad", "many"), "--max-bad is 'many'"),
        ((*BEGIN, "--data", "nowhere"), "nowhere is no folder"),
    ],
)
def test_mistakes_are_one_line(folder, words, said):
    status, _, noted = search(folder, *words)
    assert status == 1
    assert noted.startswith("Error: ")
    assert said in noted
    assert len(noted.splitlines()) == 1


@pytest.mark.lifecycle
def test_a_bad_data_set_ends_the_search_before_the_first_trial(folder):
    shutil.copytree(folder / "data", folder / "good")
    shutil.rmtree(folder / "data/images")
    status, said, noted = search(folder, *BEGIN)
    assert (status, said) == (1, "")
    assert "Error: " in noted.splitlines()[-1]
    assert not list((folder / "searches/digits/trials").iterdir())
    # With another one the same study goes on.
    (folder / "good/standin.json").write_text("{}")
    status, _, noted = search(folder, "--study", "searches/digits", "--data", "good")
    assert status == 0
    assert "9 pictures to learn from, 1 to measure on, 0 set aside, 2 classes" in noted
    assert "looking at" not in search(folder, "--study", "searches/digits")[2]
