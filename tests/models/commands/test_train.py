"""`ssd train` as a person calls it: what is wrong is told before Keras is loaded."""

import importlib.util

import pytest
from click.testing import CliRunner

from models.commands.train import command
from models.datasets.errors import DataSetError
from models.ssd.errors import ModelError
from models.training.errors import BadRecipe, BadRun

HAS_KERAS = importlib.util.find_spec("keras") is not None


def call(*words):
    return CliRunner().invoke(command, list(map(str, words)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give --data and --out for a new run, or --resume"),
        (["--data", "a"], "give --data and --out"),
        (["--out", "a"], "give --data and --out"),
        (["--resume", "a", "--out", "b"], "--resume takes all but --data from the run"),
        (["--resume", "a", "--validation", "b"], "--resume takes all but --data"),
        (
            ["--data", "a", "--out", "b", "--config", "nowhere.yaml"],
            "'nowhere.yaml' does not exist",
        ),
        (["--data", "a", "--out", "b", "--time-limit", "12"], "'12' is no time: write it as 90s"),
        (["--data", "a", "--out", "b", "--time-limit", "-3m"], "'-3m' is no time"),
        (["--data", "a", "--out", "b", "--time-limit", "infh"], "'infh' is no time"),
        (["--data", "a", "--out", "b", "--time-limit", "nanm"], "'nanm' is no time"),
    ],
)
def test_usage_errors(words, said):
    result = call(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_help_has_examples():
    assert "ssd train --data DIR --out RUN" in call("--help").output


@pytest.mark.skipif(HAS_KERAS, reason="Keras is here")
def test_without_keras_the_remedy_is_told():
    result = call("--data", "a", "--out", "b")
    assert result.exit_code == 1
    assert "this needs keras" in result.output
    assert "make train-env" in result.output


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("prepare", "words", "error", "said"),
    [
        (lambda folder: None,
         ["--data", "none", "--out", "run"], DataSetError, "none is no folder"),
        (lambda folder: (folder / "c.yaml").write_text("epoch: 1"),
         ["--data", "none", "--out", "run", "--config", "c.yaml"],
         BadRecipe, "did you mean epochs?"),
        (lambda folder: None, ["--resume", "none"], BadRun, "none is no run"),
        (lambda folder: (folder / "run/inner").mkdir(parents=True),
         ["--data", "none", "--out", "run"], BadRun, "run is taken"),
        (lambda folder: None,
         ["--data", "a", "--out", "b", "--max-bad", "x"], DataSetError, "--max-bad is 'x'"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(tmp_path, monkeypatch, prepare, words, error, said):
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    raised = call(*words).exception
    assert isinstance(raised, error)
    assert isinstance(raised, ModelError)
    assert said in raised.message
    assert "\n" not in raised.message
