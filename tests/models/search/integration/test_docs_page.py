"""The commands of docs/search.md do what the page says: two real trials, on a few pictures."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from models.search.search_file import Objective, Plan, read_search
from tests.models.datasets.digits.drawn import write_mnist
from tests.pages import run_page

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs/search.md"
SHOWN = re.findall(r"^(?:    .*\n)+", PAGE.read_text(), re.MULTILINE)


@pytest.mark.parametrize("text", [each for each in SHOWN if "objective:" in each])
def test_each_file_that_is_shown_can_be_read(tmp_path, text):
    (tmp_path / "train.yaml").write_text("epochs: 2")
    document = {"space": {"batch": {"int": [8, 16]}}} | yaml.safe_load(text)
    (tmp_path / "search.yaml").write_text(yaml.safe_dump(document))
    plan = read_search(tmp_path / "search.yaml")
    assert isinstance(plan, Plan)
    if "latency_ms" in text:
        assert plan.objective == Objective(maximize="mAP", latency_ms=12, precision="int8")


@pytest.mark.tensorflow
@pytest.mark.timeout(600)
def test_the_commands_of_the_page(tmp_path):
    program = tmp_path / "bin/ssd"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m models.commands "$@"\n')
    program.chmod(0o755)
    environ = {"PYTHONPATH": str(ROOT), "PATH": f"{program.parent}:/usr/bin:/bin",
               "HOME": str(tmp_path)}  # fmt: skip
    digits = write_mnist(tmp_path / "mnist")
    subprocess.run(
        [program, "data", "make", "digits", "--count", "12", "--digits", digits,
         "--photos", ROOT / "samples", "--out", "digits/train"],
        cwd=tmp_path, env=environ, timeout=100, check=True,
    )  # fmt: skip
    example = yaml.safe_load((ROOT / "examples/digits/search.yaml").read_text())
    base = yaml.safe_load((ROOT / "examples/digits" / example["base"]).read_text())
    example["base"] = base | {"epochs": 1, "batch": 4, "validation": 0.25}
    example["space"]["batch"] = {"choice": [2, 4]}
    (tmp_path / "examples/digits").mkdir(parents=True)
    (tmp_path / "examples/digits/search.yaml").write_text(yaml.safe_dump(example))
    run_page(PAGE, tmp_path, environ, seconds=580)
    study = tmp_path / "searches/digits"
    best = json.loads((study / "best.json").read_text())
    recipe = yaml.safe_load((study / "best/train.yaml").read_text())
    assert recipe["rate"]["peak"] == best["parameters"]["rate.peak"]
    model = json.loads((tmp_path / "models/models/digits-1.json").read_text())
    assert model["parameters"]["rate"]["peak"] == best["parameters"]["rate.peak"]
    told = set(re.findall(r"`([\w.]+)`", PAGE.read_text().split("| path in")[1].split("\n\n")[0]))
    kept = {each.name for each in study.iterdir() if not each.name.endswith(".lock")}
    assert kept - {"trials"} <= told
