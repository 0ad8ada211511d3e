"""A program is ended with all that it started, and its last line says why it ended."""

import os
import select
import sys
from pathlib import Path

import pytest

from benchmarks.harness.accounting import family
from benchmarks.harness.environment import ROOT
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.program import Program

NEST = """
import subprocess, signal
child = subprocess.Popen(["sleep", "60"])
print(child.pid)
signal.pause()
"""


def test_a_program_ends_with_its_descendants():
    with Program([sys.executable, "-c", NEST], {}) as program:
        program.wait(lambda: program.log.endswith("\n"), 20)
        child = int(program.log)
        assert family(program.pid) == [program.pid, child]
        ended = os.pidfd_open(child)
    assert not program.alive
    try:
        assert select.select([ended], [], [], 30)[0], "the child lives on"
    finally:
        os.close(ended)


def test_a_program_that_ends_too_early_says_why():
    command = [sys.executable, "-c", "import sys; sys.exit('no model')"]
    with Program(command, {}) as program, pytest.raises(BenchmarkError, match="no model"):
        program.wait(lambda: False, 20)


def test_a_program_gets_few_variables_and_a_folder_of_its_own(monkeypatch):
    monkeypatch.setenv("MODEL_BUNDLE", "/elsewhere")
    code = "import os; print(os.getcwd(), os.environ.get('MODEL_BUNDLE'), os.environ['PYTHONPATH'])"
    with Program([sys.executable, "-c", code], {}) as program:
        program.wait(lambda: program.log.endswith("\n"), 20)
        folder, bundle, path = program.log.split()
        assert Path(folder).is_dir()
    assert (bundle, path) == ("None", str(ROOT))
    assert not Path(folder).exists()
