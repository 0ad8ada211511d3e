"""``ssd pipeline`` as a person types it; whole runs are in tests/models/pipeline/test_run.py."""

import pytest
from click.testing import CliRunner

from models.commands.pipeline import command


@pytest.fixture
def file(tmp_path):
    written = tmp_path / "small.yaml"
    written.write_text(
        "steps:\n"
        "  look: {verb: data check, folders: data}\n"
        "  train: {verb: train, data: data, out: run}\n"
    )
    return written


def test_check_names_the_steps_and_runs_nothing(file, tmp_path):
    done = CliRunner().invoke(command, ["check", str(file)])
    assert done.exit_code == 0
    assert "2 steps: look, train" in done.output
    assert [each.name for each in tmp_path.iterdir()] == ["small.yaml"]


def test_a_step_that_is_not_there_is_told_with_those_that_are(file):
    done = CliRunner().invoke(command, ["run", str(file), "--keep", "trian"])
    assert done.exit_code == 2
    assert "'trian' is no step of it: look, train" in done.output


def test_a_failing_step_is_told_with_its_words_and_what_to_do(file, tmp_path):
    (tmp_path / "data").mkdir()
    state = tmp_path / "elsewhere"
    done = CliRunner().invoke(command, ["run", str(file), "--state", str(state)])
    assert done.exit_code == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: step look ended with 1 and said: Error: ")
    assert f"`ssd pipeline run {file}` goes on there" in last
    assert str(state / "logs/look.log") in last
    assert (state / "page.html").is_file()
    assert not (tmp_path / "small.run").exists()
