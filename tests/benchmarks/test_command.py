"""`python -m benchmarks`: flags, and one real quick run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import results
from benchmarks.bars import Finding, Row, at_most
from benchmarks.errors import BenchmarkError, CannotMeasure

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(tmp_path, monkeypatch, capsys):
    """Runs the command with the given benchmarks instead of the real ones."""

    def run(measures, *flags):
        monkeypatch.setattr(command, "BENCHMARKS", measures)
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


def test_a_missed_bar_is_printed_and_is_no_failure(bench):
    code, out, _ = bench({"a": missed})
    assert code == 0
    assert "missed" in out


def test_a_benchmark_that_breaks_is_a_failure_and_the_others_go_on(bench):
    code, out, content = bench({"a": broken, "b": missed})
    assert code == 1
    assert "the server ended" in out
    assert [row["verdict"] for row in content["rows"]] == ["skipped", "missed"]


def test_what_cannot_be_measured_here_is_no_failure(bench):
    code, out, _ = bench({"a": absent})
    assert code == 0
    assert "make run" in out


def test_only_and_json(bench):
    code, out, content = bench({"a": broken, "b": missed}, "--only", "b", "--json")
    assert code == 0
    assert json.loads(out) == content
    assert content["about"]["usable_cores"] >= 1
    assert 0 <= content["about"]["others_share"] <= 1


def test_flags_make_a_plan(tmp_path):
    flags = command.parser().parse_args(["--quick", "--many", "50", "--bundle", str(tmp_path)])
    plan = command.plan_of(flags)
    assert (plan.many, plan.bundle) == (50, tmp_path)
    assert plan.rounds < command.Plan().rounds


@pytest.mark.slow
def test_a_quick_run_measures_for_real():
    names = ["latency", "memory", "hostile", "size"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--many", "50", "--json", "--only", *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert {row["benchmark"] for row in content["rows"]} == set(names)
    assert all(row["figure"] is not None for row in content["rows"])
