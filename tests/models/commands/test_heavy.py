"""Who lacks TensorFlow is told how to get it where they are."""

import importlib.util
from pathlib import Path

import click
import pytest

from models.commands import heavy
from models.commands.heavy import remedy, require_keras, require_tensorflow

ROOT = Path(__file__).parents[3]


def test_a_checkout_has_a_makefile_for_it(tmp_path):
    assert remedy(ROOT) == "run `make train-env`, then .venv-train/bin/ssd with the same arguments"
    assert remedy(tmp_path) == "run `pip install 'dcf-detect[train]'`"


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is not None, reason="only where it is missing"
)
def test_what_is_missing_and_how_to_get_it(tmp_path, monkeypatch):
    with pytest.raises(click.ClickException, match="make train-env"):
        require_tensorflow()
    monkeypatch.setattr(heavy, "_ROOT", tmp_path)  # as installed
    with pytest.raises(click.ClickException) as caught:
        require_tensorflow()
    assert "make" not in caught.value.message
    assert "pip install 'dcf-detect[train]'" in caught.value.message


def test_keras_and_what_it_runs_on(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "nothing_such")
    with pytest.raises(click.ClickException, match="which is not installed here") as caught:
        require_keras()
    assert "KERAS_BACKEND is nothing_such" in caught.value.message


def test_the_extra_is_what_the_training_environment_installs(pytestconfig):
    import tomllib

    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "optional-dependencies" in document["project"]["dynamic"]
    extra = document["tool"]["setuptools"]["dynamic"]["optional-dependencies"]["train"]
    (file,) = extra["file"]
    names = [line.split(">")[0] for line in (ROOT / file).read_text().splitlines()]
    assert "tensorflow-cpu" in names
    assert "pytest" not in names


def test_no_message_of_models_says_make_elsewhere():
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sorted((ROOT / "models").rglob("*.py"))
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if "`make " in line
    ]
    assert [place.split(":")[0] for place in found] == ["models/commands/heavy.py"]
