"""Exports of config files, as a person asks for them."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dcf.config import load
from tests.functions_framework import environment, start  # noqa: F401 - fixtures

ROOT = Path(__file__).parents[3]


class Exporter:
    """Runs `dcf export` in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, *arguments):
        """The process that ended; nothing is checked."""
        return subprocess.run(
            [sys.executable, "-m", "dcf", "export", *map(str, arguments)],
            cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def config(self, function=None, **top):
        """Writes config.yaml with a function `fn`, and its handler if there is none."""
        handler = self.folder / "src/handler.py"
        handler.parent.mkdir(exist_ok=True)
        if not handler.exists():
            handler.write_text("def handle(body):\n    return body\n")
        own = {"runtime": "python3", "handler": {"dir": "./src", "name": "handle"}}
        document = {"functions": {"fn": {**own, **(function or {})}}, **top}
        (self.folder / "config.yaml").write_text(yaml.safe_dump(document, sort_keys=False))

    def files(self, target, function=None, *flags, **top):
        """Exports `fn`; the files by their names, and what was said."""
        self.config(function, **top)
        done = self.run("--target", target, *flags)
        assert done.returncode == 0, done.stderr
        out = self.folder / "export" / target
        files = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
        return files, done.stdout

    def document(self, target, function=None, *flags, **top):
        """Exports `fn`; the one YAML file, parsed."""
        files, _ = self.files(target, function, "--force", *flags, **top)
        (only,) = files.values()
        return yaml.safe_load(only.read_text())

    def refusal(self, target, function):
        """What is said of a function that cannot be exported."""
        self.config(function)
        done = self.run("--target", target)
        assert done.returncode == 1
        assert done.stdout == ""
        assert not (self.folder / "export").exists()
        (line,) = done.stderr.splitlines()
        return line


@pytest.fixture
def exporter(tmp_path):
    return Exporter(tmp_path)


@pytest.fixture(scope="session")
def project():
    """The folder of this project, whose config.yaml has the function `ssd`."""
    return ROOT


@pytest.fixture
def function(tmp_path):
    """`function(**entry)` is an entry of a config file as it is read: `fn`, or of another name."""

    def read(name="fn", **entry):
        config = tmp_path / "config.yaml"
        config.write_text(yaml.safe_dump({"functions": {name: entry}}))
        return load(config).functions[0]

    return read
