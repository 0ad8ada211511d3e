import csv
import subprocess

import pytest

from benchmarks.comparisons import folder_rate
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round


def test_a_folder_is_held_against_the_watcher():
    (row,) = folder_rate.finding([Round(190, 200), Round(180, 200), Round(200, 200)]).rows
    assert row.figure == pytest.approx(0.95)
    assert row.verdict == "yes"
    (row,) = folder_rate.finding([Round(180, 200)]).rows
    assert row.verdict == "missed"


def test_the_command_answers_every_picture_of_the_folder(tmp_path):
    plan = Plan()
    folder = folder_rate.folder_of(tmp_path, plan.photos, 5)
    assert len(list(folder.iterdir())) == 5
    subprocess.run(folder_rate.command(plan, folder), check=True, timeout=60)
    with (tmp_path / "5.csv").open(newline="") as file:
        assert {row["image_id"] for row in csv.DictReader(file)} == set("01234")
