"""`ssd export` as a person calls it; what it makes is in training/integration/test_learning.py."""

import importlib.util

import pytest
from click.testing import CliRunner

from models.bundling.errors import OutputTaken
from models.commands.export import command
from models.training.errors import BadRun

HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None


def call(*words):
    return CliRunner().invoke(command, list(map(str, words)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument 'RUN'"),
        (["run"], "Missing option '--out'"),
        (["run", "--out", "b", "--precision", "int4"], "'int4' is not one of 'float32', 'int8'"),
    ],
)
def test_usage_errors(words, said):
    result = call(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_help_has_examples():
    assert "ssd export RUN --precision int8 --out BUNDLE" in call("--help").output


@pytest.mark.skipif(HAS_TENSORFLOW, reason="TensorFlow is here")
def test_without_tensorflow_the_remedy_is_told(tmp_path):
    result = call(tmp_path, "--out", tmp_path / "bundle")
    assert result.exit_code == 1
    assert "make train-env" in result.output


@pytest.mark.tensorflow
def test_mistakes(tmp_path):
    raised = call(tmp_path / "none", "--out", tmp_path / "bundle").exception
    assert isinstance(raised, BadRun)
    assert "none is no run" in raised.message
    (tmp_path / "full/inner").mkdir(parents=True)
    raised = call(tmp_path, "--out", tmp_path / "full").exception
    assert isinstance(raised, OutputTaken)
