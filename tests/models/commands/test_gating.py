"""The verdict of `ssd gate` is kept where `ssd deploy` looks for it; see also test_gate.py."""

import subprocess
import sys
from pathlib import Path

from models.registry.registry import Registry
from models.registry.stores import open_store
from models.ssd.bundle import open_bundle
from tests.models.registry.gate.conftest import FLOAT, INT8, photos

assert photos  # a fixture

SSD = Path(sys.executable).with_name("ssd")


def gate(*arguments):
    return subprocess.run(
        [SSD, "gate", *map(str, arguments), "--samples", "200"],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_the_verdict_is_in_the_registry_and_the_same_as_the_file(photos, tmp_path):
    registry, out = tmp_path / "registry", tmp_path / "verdict"
    given = ("--data", photos, "--registry", registry, "--out", out)
    assert gate(INT8.name, "--against", FLOAT.name, *given).returncode == 1
    digest = open_bundle(INT8).digest
    (kept,) = (registry / "verdicts" / digest).iterdir()
    assert kept.read_bytes() == (out / "verdict.json").read_bytes()
    newest = Registry(open_store(str(registry))).verdicts.newest(digest)
    assert (newest.passed, newest.serving) == (False, FLOAT.name)
    assert "data" in newest.failed


def test_a_registry_that_cannot_be_written_costs_the_verdict_nothing(photos, tmp_path):
    (tmp_path / "file").write_text("no folder")
    done = gate(INT8.name, "--against", FLOAT.name, "--data", photos, "--unknown-data",
                "--registry", tmp_path / "file", "--out", tmp_path / "out")  # fmt: skip
    assert (tmp_path / "out/verdict.json").is_file(), done.stderr
    assert "the registry does not keep the verdict, --out does: registry" in done.stderr
