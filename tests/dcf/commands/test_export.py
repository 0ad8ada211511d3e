"""dcf export: what is written, what is never overwritten, what is said."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TWO = """
functions:
  one: {runtime: python3, handler: {dir: ./src, name: handle}}
  two: {runtime: python3, handler: {dir: ./src, name: handle}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/handler.py").write_text("def handle(body):\n    return body\n")
    (tmp_path / "config.yaml").write_text(TWO)
    return tmp_path


def export(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "dcf", "export", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "target", ["knative", "cloud-run", "openfaas", "dcf", "cloud-functions", "agc"]
)
def test_the_same_config_gives_the_same_bytes(folder, target):
    for out in ("a", "b"):
        done = export(folder, "-t", target, "--out", out)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    assert names(folder / "a") == names(folder / "b")
    for name in names(folder / "a"):
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes()


def test_all_functions_or_those_named(folder):
    export(folder, "-t", "knative")
    assert names(folder / "export/knative") == ["one.yaml", "two.yaml"]
    export(folder, "-t", "knative", "two", "--out", "elsewhere")
    assert names(folder / "elsewhere") == ["two.yaml"]
    assert "function three is not in" in export(folder, "-t", "knative", "three").stderr


def test_what_is_there_stays_unless_told_otherwise(folder):
    (folder / "export/knative").mkdir(parents=True)
    mine = folder / "export/knative/two.yaml"
    mine.write_text("mine")
    done = export(folder, "-t", "knative")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "two.yaml is there already: overwrite it with --force" in done.stderr
    assert names(folder / "export") == ["knative/two.yaml"]  # none of the others either
    assert mine.read_text() == "mine"
    assert export(folder, "-t", "knative", "--force").returncode == 0
    assert mine.read_text() != "mine"


def test_a_folder_of_sources_has_nothing_of_an_earlier_export(folder):
    (folder / "src/old.py").write_text("")
    export(folder, "-t", "cloud-functions", "one")
    (folder / "src/old.py").unlink()
    out = folder / "export/cloud-functions"
    (out / "one/notes.txt").write_text("mine")
    assert "one/function/src/old.py" in names(out)
    assert export(folder, "-t", "cloud-functions", "one", "--force").returncode == 0
    assert "one/function/src/old.py" not in names(out)
    assert "one/notes.txt" in names(out)


def test_an_export_is_no_part_of_the_next_one(folder):
    (folder / "handler.py").write_text("def handle(body):\n    return body\n")
    (folder / "config.yaml").write_text(
        "functions: {one: {runtime: python3, handler: {dir: ., name: handle}}}"
    )
    for _ in range(2):
        assert export(folder, "-t", "cloud-functions", "--force").returncode == 0
    found = names(folder / "export/cloud-functions/one/function")
    assert found == ["config.yaml", "handler.py", "src/handler.py"]


def test_it_says_what_it_wrote_and_what_is_next(folder):
    out = folder / "with blank"
    done = export(
        folder, "-t", "knative", "one", "--out", str(out), "--image", "r.local/x@sha256:1"
    )
    assert done.stdout.splitlines() == [
        f"Wrote: {out}/one.yaml", "Next:", f"  kubectl apply -f '{out}'/one.yaml",
    ]  # fmt: skip
    assert "image: r.local/x@sha256:1" in (out / "one.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("-t", "heroku"), 2, "'heroku' is not one of 'knative'"),
        (("-t", "knative", "--image", "x"), 2, "--image is of one function"),
        (("-t", "knative", "-f", "none.yaml"), 1, "none.yaml: cannot be read"),
        (("-t", "knative", "--out", "src/handler.py/x"), 1, "cannot be written"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(folder, arguments, status, words):
    done = export(folder, *arguments)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr


DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "commands", "notes"),
    [
        ("registry.example/team/one:1", ["docker push registry.example/team/one:1"], []),
        (f"registry.example/team/one@{DIGEST}", [], []),
        (f"registry.example/team/one:1@{DIGEST}", [], []),
        (f"archive:{DIGEST}", [], ["is code that a gateway of dcf keeps"]),
        ("one", ["docker push one"], ["is in no registry that its name tells"]),
    ],
)
@pytest.mark.parametrize("target", ["dcf", "openfaas"])
def test_only_what_can_be_pushed_is_told_to_be(folder, target, image, commands, notes):
    done = export(folder, "-t", target, "one", "--image", image)
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    pushes = [line for line in lines if line.startswith("docker push")]
    assert pushes == (commands if target == "dcf" else [])
    told = [line for line in lines if "the image" in line]
    assert len(told) == len(notes)
    assert all(words in line for words, line in zip(notes, told, strict=True))
