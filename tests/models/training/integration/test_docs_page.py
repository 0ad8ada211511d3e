"""The commands of docs/training.md do what the page says, on a few pictures."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from models.training.recipe import Recipe
from models.training.recipe_file import read_recipe
from tests.models.datasets.digits.drawn import write_mnist

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/training.md").read_text()
COMMANDS = [shlex.split(line[6:]) for line in PAGE.splitlines() if line.startswith("    $ ssd ")]
SMALL = {"4800": "8", "200": "4"}


def keys_of(record, path=""):
    for field in msgspec.structs.fields(record):
        if isinstance(field.default, msgspec.Struct):
            yield from keys_of(field.default, f"{path}{field.name}.")
        else:
            yield f"{path}{field.name}"


@pytest.mark.parametrize("key", list(keys_of(Recipe)))
def test_every_hyper_parameter_is_told(key):
    assert f"`{key}`" in PAGE


@pytest.mark.parametrize("name", ["train.yaml", "train_vgg16.yaml"])
def test_the_examples_are_recipes(name):
    recipe = read_recipe(ROOT / "examples/digits" / name)
    assert recipe.augmentation.flip == 0


def test_the_page_has_the_whole_way():
    assert [words[1] for words in COMMANDS] == [
        "data", "data", "train", "train", "export", "evaluate", "detect",
    ]  # fmt: skip


@pytest.mark.tensorflow
def test_the_commands_of_the_page(tmp_path):
    recipe = yaml.safe_load((ROOT / "examples/digits/train.yaml").read_text())
    (tmp_path / "examples/digits").mkdir(parents=True)
    config = tmp_path / "examples/digits/train.yaml"
    config.write_text(yaml.safe_dump(recipe | {"epochs": 1, "batch": 4, "validation": 0.25}))
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    digits = write_mnist(tmp_path / "mnist")
    for words in COMMANDS:
        given = [SMALL.get(word, word) for word in words[1:]]
        given += ["--digits", str(digits)] if words[1:4] == ["data", "make", "digits"] else []
        done = subprocess.run(
            [sys.executable, "-m", "models.commands", *given], cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    kept = {file.name for file in (tmp_path / "runs/digits").iterdir()}
    told = set(
        re.findall(r"`(\w+\.\w+|events)/?`", PAGE.split("## A run's folder")[1].split("##")[0])
    )
    assert kept == told
    assert (tmp_path / "report/report.html").is_file()
    assert (tmp_path / "boxes.jpg").stat().st_size > 1000
