"""What `ssd rebuild` says and answers; its steps have tests of their own."""

import pytest
from click.testing import CliRunner

from models.bundling.errors import BundlesDiffer
from models.commands import rebuild
from models.commands.failures import one_line


class Row:
    def __init__(self, file, verdict, holds):
        self.file, self.verdict, self.holds = file, verdict, holds


SAME = Row("a/labels.txt", "same", True)
CLOSE = Row("a/model.tflite", "other bytes, logits 0.02 apart, allowed 0.2", True)
WRONG = Row("b/model.tflite", "other bytes, logits 3 apart, allowed 0.2", False)


@pytest.fixture
def run(monkeypatch, tmp_path):
    def run(*rows):
        monkeypatch.setattr(rebuild, "_build", lambda cache, output, committed: list(rows))
        return CliRunner().invoke(rebuild.command, ["--cache", str(tmp_path)], env={"COCO_DIR": ""})

    return run


def test_small_differences_pass(run):
    result = run(SAME, CLOSE)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "ok   a/labels.txt: same",
        "ok   a/model.tflite: other bytes, logits 0.02 apart, allowed 0.2",
    ]


def test_a_real_difference_fails_in_one_line(run):
    result = run(SAME, WRONG)
    assert result.exit_code == 1
    assert "FAIL b/model.tflite" in result.output
    assert isinstance(result.exception, BundlesDiffer)
    assert "1 of 2 files differ" in one_line(result.exception)
