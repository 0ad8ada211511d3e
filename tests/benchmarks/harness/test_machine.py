"""A run says on what it was measured."""

import json
import os
import sys
from pathlib import Path

import numpy as np

from benchmarks.harness.machine import describe, headline, usable_cores, versions
from benchmarks.harness.plan import Plan


def test_a_description_is_json_and_has_its_amounts():
    about = json.loads(json.dumps(describe(Plan(rounds=4))))
    assert about["usable_cores"] == usable_cores() == len(os.sched_getaffinity(0))
    assert about["plan"]["rounds"] == 4
    assert about["libraries"]["numpy"] == np.__version__
    assert f"{about['usable_cores']} cores usable" in headline(about)
    assert about["bundle"] in headline(about)


def test_versions_are_of_packages_that_are_installed():
    found = versions(Path(sys.executable), ("numpy", "prometheus-client", "no-such-package"))
    assert found.keys() == {"numpy", "prometheus-client"}
    assert found["numpy"] == np.__version__


def test_an_environment_that_is_absent_has_none():
    assert versions(Path("/nowhere/python"), ("numpy",)) == {}
