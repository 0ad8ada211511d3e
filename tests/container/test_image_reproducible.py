"""Two builds of the same files differ in times alone, whoever makes them and when."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
# What has the time of the build; docs/deploy/container.md names them.
BUILDERS = {
    "dcf", "etc", "opt/dcf", "opt/dcf/dcf", "opt/dcf/requirements", "opt/dcf/watcher",
    "run/secrets",
}  # fmt: skip


@pytest.fixture
def other_checkout(tmp_path):
    """The same files, of another age, by somebody with a stricter umask."""
    kept = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "Dockerfile", ".dockerignore", "watcher",
         "requirements", "deploy", "dcf"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in kept:
        if (ROOT / name).exists():
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
            target.chmod(0o600)
            os.utime(target, (1_000_000_000, 1_000_000_000))
    return tmp_path


@pytest.mark.parametrize("target", ["watcher", "gateway"])
def test_two_builds_differ_in_times_alone(engine, other_checkout, target):
    tags = ("dcf-test/once", "dcf-test/again")
    try:
        engine.build(tags[0], "--no-cache", "--target", target)
        engine.build(tags[1], "--no-cache", "--target", target, folder=other_checkout)
        done = subprocess.run(
            [sys.executable, ROOT / "deploy/image/compare.py", "--times", *tags],
            env={**os.environ, "DOCKER": engine.command},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    finally:
        engine.run("image", "rm", "-f", *tags, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stderr.startswith("0 differences, ")
    places = [line.split(": ")[1] for line in done.stdout.splitlines()]
    unexpected = [
        place for place in places
        if place not in BUILDERS and "/.wh." not in place
        and not place.startswith("opt/dcf/requirements/")
    ]  # fmt: skip
    assert unexpected == []
