"""`python -m benchmarks.peers` where the peers are not installed."""

from pathlib import Path

import pytest

from benchmarks.harness import results
from benchmarks.peers import __main__ as command


def test_without_the_peers_it_says_how_to_install_them(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "PYTHON", Path("/nowhere/python"))
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    assert command.main(["--quick"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("`make bench-peers` installs them")
    assert not list(tmp_path.iterdir())


def test_a_peer_that_is_none_is_refused():
    with pytest.raises(SystemExit, match="2"):
        command.main(["--only", "nobody"])
