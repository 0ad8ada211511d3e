import subprocess

import pytest
from click.testing import CliRunner

from dcf.cli import cli


@pytest.fixture(scope="session")
def text():
    """`text(done)` is what a command wrote, which must have gone well."""

    def written(done):
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    return written


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run(*arguments)` runs the command in this process, in a folder of its own."""
    for name in ("DCF_GATEWAY", "OPENFX_URL", "OPENFAAS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, [*map(str, arguments)])


@pytest.fixture
def ask(run, stand_in):
    """`ask(group, verb, *rest)` runs a verb against the gateway that is played."""
    return lambda group, verb, *rest: run(group, verb, "-g", stand_in.address, *rest)


@pytest.fixture
def mounted(tmp_path):
    """`mounted(options)` is a folder on a file system of its own; skipped where none can be."""
    folders = []

    def mount(options):
        folder = tmp_path / f"disk{len(folders)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("file systems cannot be mounted here")
        folders.append(folder)
        return folder

    yield mount
    for folder in folders:
        subprocess.run(["umount", "-l", str(folder)], check=True)
