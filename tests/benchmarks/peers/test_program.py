"""Each peer listens where it is asked to, with a worker a core, and calls nobody."""

from pathlib import Path

import pytest

from benchmarks.harness.machine import usable_cores
from benchmarks.harness.plan import Plan
from benchmarks.peers import program
from benchmarks.peers.program import PEERS, PeerProgram

SHOW = """#!/bin/sh
echo "$@"
env; echo end
exec sleep 60
"""


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_a_peer_gets_its_port_and_its_settings(peer, tmp_path, monkeypatch):
    (tmp_path / "python").write_text(SHOW)
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(program, "PYTHON", tmp_path / "python")
    with PeerProgram(peer, Plan()) as started:
        started.wait(lambda: started.last_line == "end", 20)
        command, *lines = started.log.splitlines()
    assert str(started.address.port) in command.split()
    assert started.address.path == peer.path
    assert "{" not in command
    environ = dict(line.split("=", 1) for line in lines if "=" in line)
    assert environ["WORKERS"] == str(usable_cores())
    assert environ["BUNDLE"] == str(Plan().bundle)
    assert {environ["DO_NOT_TRACK"], environ["BENTOML_DO_NOT_TRACK"]} == {"1", "True"}
    assert not Path(environ["BENTOML_HOME"]).is_relative_to(Path.home())
