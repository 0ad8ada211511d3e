"""A search from its first trial to its best, with real programs for trials."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from models.search.beginning import begun
from models.search.errors import SearchError
from tests.models.search.conftest import SPACE, STANDIN
from tests.waiting import until

pytestmark = pytest.mark.lifecycle
ROOT = Path(__file__).parents[3]
WORKER = """
import sys
from models.search.beginning import begun
from models.search.place import Place
from models.search.searching import Asked, Search
place = Place.parse(sys.argv[1])
Search(Asked(place, begun(place), program=tuple(sys.argv[2:])), lambda: False, print).run()
"""


def search(place, note, stopping=lambda: False, **given):
    from models.search.searching import Asked, Search

    said = []
    Search(Asked(place, note, program=STANDIN, **given), stopping, said.append).run()
    return said


def study_of(place):
    from models.search.study import Study

    return Study(place, begun(place))


def described(place):
    study = study_of(place)
    return [study.describe(each) for each in study.trials()]


@pytest.fixture
def begin_worker():
    """Starts another process that works on a study."""
    begun_here = []

    def begin(place):
        begun_here.append(subprocess.Popen(
            [sys.executable, "-c", WORKER, place.text, *STANDIN],
            env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
        ))  # fmt: skip
        return begun_here[-1]

    yield begin
    for each in begun_here:
        each.kill()
        each.wait(60)


def starts(place, trial):
    file = place.folder / f"trials/{trial}/starts.txt"
    return [tuple(line.split()) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.mark.parametrize("study", ["{}/digits", "sqlite:///{}/digits.db", "journal:{}/digits.log"])
def test_each_trial_is_a_run_of_its_own_and_the_best_is_written_down(begin_study, tmp_path, study):
    place, note = begin_study(study=study.format(tmp_path))
    said = search(place, note)
    rows = described(place)
    assert [row["state"] for row in rows] == ["complete"] * 4
    assert rows[0]["parameters"] == {"rate.peak": 1e-3, "batch": 16}  # the recipe as it is
    for row in rows:
        recipe = yaml.safe_load((tmp_path / "digits/trials" / row["id"] / "train.yaml").read_text())
        assert recipe["rate"]["peak"] == row["parameters"]["rate.peak"]
        assert recipe["batch"] == row["parameters"]["batch"]
        assert recipe["epochs"] == 3
    best = json.loads((tmp_path / "digits/best.json").read_text())
    assert best["mAP"] == max(row["mAP"] for row in rows)
    assert best["run"] == str(tmp_path / "digits/trials" / best["id"])
    assert (tmp_path / "digits/best").resolve() == Path(best["run"])
    assert any(f"best so far {best['id']}" in line for line in said)


def test_the_same_seed_proposes_the_same_whoever_asks(begin_study, tmp_path):
    place, note = begin_study(study=str(tmp_path / "one"))
    search(place, note)
    halves, note = begin_study(study=str(tmp_path / "two"), trials=2)
    search(halves, note)
    _, note = begin_study(study=str(tmp_path / "two"), trials=4)
    search(halves, note)
    first, second = ([row["parameters"] for row in described(each)] for each in (place, halves))
    assert first == second
    assert len({str(each) for each in first}) == 4


def test_a_trial_that_fails_is_noted_with_its_reason_and_the_rest_goes_on(begin_study):
    place, note = begin_study({"1": "crash", "2": "nan", "3": "killed", "4": "blind"}, trials=6)
    search(place, note, most_failures=5)
    rows = described(place)
    assert [row["state"] for row in rows] == ["fail"] * 4 + ["complete"] * 2
    assert rows[0]["reason"] == "ZeroDivisionError: a fault of the program"
    assert rows[1]["reason"].startswith("the loss is nan at step 7")
    assert rows[2]["reason"].startswith("ended by SIGKILL; was memory short?")
    assert rows[3]["reason"] == "no mAP was measured: the data set has nothing for it"


@pytest.mark.parametrize("workers", [1, 2])
def test_too_many_failures_end_it_in_a_line(begin_study, workers):
    place, note = begin_study({str(number): "nan" for number in range(100)}, trials=50)
    with pytest.raises(SearchError) as raised:
        search(place, note, most_failures=3, workers=workers)
    assert "3 trials failed one after another, the last because: the loss is nan" in str(
        raised.value.message
    )
    assert 3 <= len(described(place)) <= 4


def test_a_failure_now_and_then_ends_nothing(begin_study):
    place, note = begin_study({"1": "nan", "3": "nan", "5": "nan"}, trials=6)
    search(place, note, most_failures=2)
    assert [row["state"] for row in described(place)] == ["fail", "complete"] * 3


def test_several_workers_share_a_study(begin_study, begin_worker):
    place, note = begin_study(trials=9)
    others = [begin_worker(place) for _ in range(2)]
    search(place, note, workers=2)
    assert [each.wait(60) for each in others] == [0, 0]
    rows = described(place)
    assert [row["state"] for row in rows] == ["complete"] * 9
    assert len({str(row["parameters"]) for row in rows}) == 9
    for row in rows:  # each was trained once
        assert [epoch for epoch, _ in starts(place, row["id"])] == ["1", "2", "3"]


@pytest.mark.parametrize("study", ["{}/digits", "sqlite:///{}/digits.db"])
def test_a_killed_workers_trial_is_gone_on_with(begin_study, begin_worker, tmp_path, study):
    place, note = begin_study({"2": "hold"}, study=study.format(tmp_path))
    worker = begin_worker(place)
    until(lambda: len(starts(place, "digits-2")) == 2, 60)
    asked = described(place)[1]["parameters"]
    worker.send_signal(signal.SIGKILL)
    worker.wait(60)
    search(place, note)
    rows = described(place)
    assert [row["state"] for row in rows] == ["complete"] * 4
    assert rows[1]["parameters"] == asked
    assert starts(place, "digits-2") == [
        ("1", "new"),
        ("2", "new"),
        ("2", "resumed"),
        ("3", "resumed"),
    ]


def test_a_trial_that_was_killed_before_its_first_checkpoint_begins_anew(begin_study):
    place, note = begin_study()
    study = study_of(place)
    claim = study.claim()
    study.folder.run(claim.id).mkdir()
    (study.folder.run(claim.id) / "half.txt").write_text("x")
    claim.lock.release()  # as the end of a worker does
    search(place, note)
    assert [row["state"] for row in described(place)] == ["complete"] * 4
    assert not (study.folder.run(claim.id) / "half.txt").exists()
    assert [kind for _, kind in starts(place, claim.id)] == ["new"] * 3


def test_a_living_workers_trial_is_left_alone(begin_study):
    place, _ = begin_study()
    mine, theirs = study_of(place), study_of(place)
    first, second = mine.claim(), theirs.claim()
    assert (first.number, second.number) == (0, 1)
    assert not second.resumed


def test_stopped_it_can_be_gone_on_with(begin_study):
    place, note = begin_study({"2": "hold"})
    stop = threading.Event()

    def stopping():
        if len(starts(place, "digits-2")) == 2:
            stop.set()
        return stop.is_set()

    search(place, note, stopping)
    assert [row["state"] for row in described(place)] == ["complete", "running"]
    search(place, note)
    assert [row["state"] for row in described(place)] == ["complete"] * 4
    assert ("2", "resumed") in starts(place, "digits-2")


def test_a_trial_that_is_behind_is_pruned_while_it_runs(begin_study):
    space = SPACE.replace("epochs: 3", "epochs: 6").replace("pruner: none", "pruner: median")
    place, note = begin_study(space=space, trials=14)
    search(place, note)
    rows = described(place)
    pruned = [row for row in rows if row["state"] == "pruned"]
    assert pruned
    for row in pruned:
        figures = (place.folder / f"trials/{row['id']}/figures.jsonl").read_text().splitlines()
        assert row["mAP"] < max(each["mAP"] for each in rows)
        assert json.loads((place.folder / "best.json").read_text())["id"] != row["id"]
        assert len(figures) <= 6


def test_a_latency_limit_counts_as_a_constraint(begin_study):
    space = SPACE + "objective: {maximize: mAP, latency_ms: 20}\n"
    place, note = begin_study(space=space, trials=8)
    search(place, note)
    rows = described(place)
    fast = [row for row in rows if row["parameters"]["batch"] == 4]
    assert {row["latency_ms"] for row in fast} == {8.0}
    best = json.loads((place.folder / "best.json").read_text())
    assert best["id"] == max(fast, key=lambda row: row["mAP"])["id"]
    assert best["mAP"] < max(row["mAP"] for row in rows)  # a slow one is more precise
    assert (place.folder / f"trials/{best['id']}.bundle/manifest.json").is_file()


def test_nothing_fast_enough_is_no_best(begin_study):
    place, note = begin_study(space=SPACE + "objective: {latency_ms: 1}\n")
    search(place, note)
    assert study_of(place).best() is None
    assert not (place.folder / "best.json").exists()


class Planted:
    """What a pickle of somebody else may do."""

    def __reduce__(self):
        return (os.mkdir, ("planted",))


def plant(place, payload):
    """Puts a pickle wherever a study has text of its own."""
    if not place.is_sqlite:
        lines = place.database.read_text().splitlines()
        for operation, name in ((2, "user_attr"), (3, "system_attr")):
            entry = {"op_code": operation, "worker_id": "x", "study_id": 0}
            lines.append(json.dumps(entry | {name: {"cma:optimizer:0": payload.hex()}}))
        place.database.write_text("\n".join(lines) + "\n")
        return
    with sqlite3.connect(place.database) as database:
        for table in ("study_user_attributes", "study_system_attributes"):
            database.execute(
                f"insert into {table} (study_id, key, value_json) values (1, 'cma', ?)",
                (json.dumps(payload.hex()),),
            )
        database.execute(
            "insert into trial_system_attributes (trial_id, key, value_json) values (1, ?, ?)",
            ("cma:optimizer:0", json.dumps(payload.hex())),
        )
    database.close()


@pytest.mark.parametrize("study", ["{}/digits", "sqlite:///{}/digits.db"])
def test_a_pickle_in_a_study_is_never_read(begin_study, tmp_path, monkeypatch, study):
    import pickle

    place, note = begin_study(study=study.format(tmp_path), trials=2)
    search(place, note)
    plant(place, pickle.dumps(Planted()))
    monkeypatch.chdir(tmp_path)
    for name in ("loads", "load", "Unpickler"):
        monkeypatch.setattr(pickle, name, lambda *_: pytest.fail("unpickled"))
    _, note = begin_study(study=study.format(tmp_path), trials=4)
    search(place, note)
    assert [row["state"] for row in described(place)] == ["complete"] * 4
    assert not (tmp_path / "planted").exists()
