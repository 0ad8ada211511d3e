"""Whole runs of real verbs: what is skipped, what a kill leaves, what a failure says."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def ssd(tmp_path):
    """Runs ``ssd pipeline run`` as a person would; gives what happened, by step."""

    def ran(*more, expect=0):
        done = subprocess.run(
            command(tmp_path, *more), cwd=ROOT, capture_output=True, text=True, check=False,
            timeout=100,
        )  # fmt: skip
        assert done.returncode == expect, done.stderr
        return done, outcomes(tmp_path)

    return ran


def command(folder, *more):
    return [sys.executable, "-m", "models.commands", "pipeline", "run",
            str(folder / "pipeline.yaml"), *more]  # fmt: skip


def outcomes(folder):
    file = folder / "pipeline.run/record.json"
    told = json.loads(file.read_text()) if file.is_file() else {"steps": []}
    return {step["name"]: step["outcome"] for step in told["steps"]}


ALL = ("make", "split", "add", "tag")


def test_only_what_has_changed_is_done_again(ssd, small, tmp_path):
    small()
    done, happened = ssd()
    assert happened == dict.fromkeys(ALL, "done")
    assert "make | made: 6 pictures" in done.stderr
    assert (tmp_path / "registry/tags/best.json").is_file()
    assert ssd()[1] == dict.fromkeys(ALL, "unchanged")
    small(count=7)
    _, happened = ssd()
    assert happened == {"make": "done", "split": "done", "add": "unchanged", "tag": "unchanged"}
    assert (tmp_path / "pipeline.run/before/make/made").is_dir()
    small(count=7, bundle="ssdlite_mobilenet_v2_coco")
    _, happened = ssd()
    assert happened == {"make": "unchanged", "split": "unchanged", "add": "done", "tag": "done"}
    assert json.loads((tmp_path / "registry/tags/best.json").read_text())["model"] == "coco-2"


def test_what_was_damaged_is_made_anew(ssd, small, tmp_path):
    small()
    ssd()
    next((tmp_path / "parts").rglob("*.json")).unlink()
    _, happened = ssd()
    assert happened == {
        "make": "unchanged",
        "split": "done",
        "add": "unchanged",
        "tag": "unchanged",
    }


def test_a_person_can_ask_for_a_step_and_keep_another(ssd, small):
    small()
    ssd()
    small(count=7)
    _, happened = ssd("--keep", "make", "--again", "tag")
    assert happened == {
        "make": "unchanged",
        "split": "unchanged",
        "add": "unchanged",
        "tag": "done",
    }
    assert set(ssd()[1].values()) == {"unchanged"}
    done, _ = ssd("--again", "tga", expect=2)
    assert "'tga' is no step of it: make, split, add, tag" in done.stderr


def test_a_step_that_fails_ends_it_with_one_line(ssd, small, tmp_path):
    small(bundle="nothing")
    done, happened = ssd(expect=1)
    assert done.stderr.splitlines()[-1].startswith("Error: add: bundle: nothing: bundle nothing is")
    assert happened == {"make": "done", "split": "done", "add": "waits", "tag": "waits"}
    small()
    (tmp_path / "registry").write_text("no folder")
    done, happened = ssd(expect=1)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    assert "registry" in last
    assert happened["tag"] == "waits"
    (tmp_path / "registry").unlink()
    assert ssd()[1] == {"make": "unchanged", "split": "unchanged", "add": "done", "tag": "done"}


def test_a_place_that_is_not_its_own_is_left_alone(ssd, small, tmp_path):
    file = small()
    ssd()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter").write_text("dear")
    file.write_text(file.read_text().replace("out: parts", "out: mine"))
    for _ in range(3):
        done, happened = ssd(expect=1)
        assert "split: out: mine is there already, and is not this step's" in done.stderr
        assert happened["split"] == "waits"
        assert (tmp_path / "mine/letter").read_text() == "dear"


def start(folder):
    return subprocess.Popen(
        command(folder), cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        bufsize=1,
    )  # fmt: skip


def until(process, words):
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"it never said {words!r}")


@pytest.mark.parametrize("words", ["make: it has", "make: done", "add: it has", "tag: done"])
def test_a_run_that_was_killed_goes_on(ssd, small, tmp_path, words):
    small(count=40)
    process = start(tmp_path)
    until(process, words)
    process.kill()
    process.communicate()
    _, happened = ssd()
    assert set(happened.values()) <= {"done", "unchanged"}
    assert ssd()[1] == dict.fromkeys(ALL, "unchanged")
    assert len(list((tmp_path / "made/images").iterdir())) == 40


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_ctrl_c_stops_it_where_nothing_is_lost(ssd, small, tmp_path, number):
    small(count=2000)
    process = start(tmp_path)
    until(process, "make: it has")
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "Error: step make was stopped. `ssd pipeline run" in said
    assert outcomes(tmp_path)["make"] == "stopped"
    small(count=20)
    assert set(ssd()[1].values()) == {"done"}


def test_a_second_run_is_refused_while_one_is_at_work(ssd, small, tmp_path):
    small(count=2000)
    process = start(tmp_path)
    until(process, "make: it has")
    done = subprocess.run(
        command(tmp_path), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    process.terminate()
    process.communicate()
    assert done.returncode == 1
    assert f"is in use by another run (process {process.pid})" in done.stderr


def test_nothing_but_verbs_runs_whatever_the_files_say(ssd, small, tmp_path):
    file = small()
    (tmp_path / "models").mkdir()
    planted = "import pathlib; pathlib.Path('planted').touch()"
    for name in ("models/__init__.py", "click.py", "sitecustomize.py", "msgspec.py"):
        (tmp_path / name).write_text(planted)
    file.write_text(file.read_text().replace("out: parts", "out: '$(touch planted)'"))
    assert "'$(touch planted)' is no step that gives a model" in ssd(expect=1)[0].stderr
    file.write_text(file.read_text().replace("'$(touch planted)'", "'`touch planted`'"))
    ssd()
    assert (tmp_path / "`touch planted`").is_dir()
    state = tmp_path / "pipeline.run/state.json"
    document = json.loads(state.read_text())
    document["steps"]["add"][2]["model"] = "--help planted"
    document["steps"]["evil"] = ["done", {"the verb": "; touch planted"}, {"out": "planted"}]
    state.write_text(json.dumps(document))
    ssd()
    assert not (tmp_path / "planted").exists()
    assert not os.path.lexists(ROOT / "planted")


def test_no_password_is_written_down(ssd, small, tmp_path):
    file = small()
    file.write_text(
        file.read_text().replace(
            "experiment: coco,", "experiment: coco, track: 'http://me:secret@127.0.0.1:9',"
        )
    )
    done, _ = ssd()
    assert "http://me:***@127.0.0.1:9" in done.stderr
    assert "secret" not in done.stdout + done.stderr
    for name in ("record.json", "page.html", "state.json"):
        assert "secret" not in (tmp_path / "pipeline.run" / name).read_text()
