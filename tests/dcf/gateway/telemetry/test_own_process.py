"""The process's own numbers, beside those of Prometheus' own library for the same process."""

import subprocess
import sys

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.process_collector import ProcessCollector

from dcf.gateway.telemetry.own_process import FAMILIES, text


def numbers(page):
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_they_are_those_of_the_library():
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    theirs = numbers(generate_latest(registry).decode())
    ours = numbers(text())
    assert set(ours) == set(theirs) == {each.name for each in FAMILIES}
    assert ours["process_start_time_seconds"] == theirs["process_start_time_seconds"]
    assert ours["process_max_fds"] == theirs["process_max_fds"]
    assert ours["process_cpu_seconds_total"] == pytest.approx(
        theirs["process_cpu_seconds_total"], abs=1
    )
    for name in ("process_resident_memory_bytes", "process_virtual_memory_bytes"):
        assert ours[name] == pytest.approx(theirs[name], rel=0.2)


ALONE = """
import os
from dcf.gateway.telemetry.own_process import text

print(text())
os.pipe()
print("then")
print(text())
"""


def test_an_open_file_is_counted():
    """In a process of its own: what other tests began may open and close files in this one."""
    told = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    before, _, after = told.partition("then\n")
    assert numbers(after)["process_open_fds"] == numbers(before)["process_open_fds"] + 2


def test_what_a_system_does_not_tell_is_left_out(tmp_path):
    assert set(numbers(text(tmp_path))) == {"process_max_fds"}
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "stat").write_text("1 (odd) name) S 1")
    assert set(numbers(text(tmp_path))) == {"process_max_fds"}
