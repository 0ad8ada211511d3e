"""`python -m benchmarks`: its comparisons, its plan, and one real quick run."""

import json
import subprocess
import sys

import pytest

from benchmarks import __main__ as command
from benchmarks.harness import results
from benchmarks.harness.bars import Finding, Row, at_most
from benchmarks.harness.environment import ROOT
from benchmarks.harness.errors import BenchmarkError, CannotMeasure


@pytest.fixture
def bench(tmp_path, monkeypatch, capsys):
    """Runs the command with the given comparisons instead of the real ones."""

    def run(measures, *flags):
        monkeypatch.setattr(command, "COMPARISONS", measures)
        monkeypatch.setattr(results, "FOLDER", tmp_path)
        code = command.main(flags)
        (file,) = tmp_path.glob("*.json")
        return code, capsys.readouterr().out, json.loads(file.read_text())

    return run


def missed(plan):
    return Finding((Row("slow", 2.0, "", at_most(1)),), {})


def broken(plan):
    raise BenchmarkError("the server ended")


def absent(plan):
    raise CannotMeasure("run `make run` first")


def test_one_that_breaks_is_a_failure_and_the_others_go_on(bench):
    code, out, content = bench({"a": broken, "b": missed})
    assert code == 1
    assert "the server ended" in out
    assert [row["verdict"] for row in content["rows"]] == ["skipped", "missed"]


def test_what_cannot_be_measured_here_is_no_failure(bench):
    code, out, _ = bench({"a": absent})
    assert code == 0
    assert "make run" in out


def test_only_some(bench):
    code, _, content = bench({"a": broken, "b": missed}, "--only", "b")
    assert code == 0
    assert [row["benchmark"] for row in content["rows"]] == ["b"]


def test_flags_make_a_plan(tmp_path):
    flags = command.parser().parse_args(["--quick", "--many", "50", "--bundle", str(tmp_path)])
    plan = command.plan_of(flags)
    assert (plan.many, plan.bundle) == (50, tmp_path)
    assert plan.rounds < command.Plan().rounds


def test_every_comparison_has_a_row_in_the_docs():
    page = (ROOT / "docs/performance.md").read_text()
    assert all(f"| `{name}` |" in page for name in command.COMPARISONS)


@pytest.mark.slow
@pytest.mark.timeout(330)
def test_a_quick_run_measures_for_real():
    names = ["latency", "memory", "hostile", "size"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--many", "50", "--json", "--only", *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert {row["benchmark"] for row in content["rows"]} == set(names)
    assert all(row["figure"] is not None for row in content["rows"])
