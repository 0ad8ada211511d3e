"""`python -m benchmarks.peers` without the peers, and for real where they are installed."""

import json
from pathlib import Path

import pytest

from benchmarks.harness import results
from benchmarks.harness.plan import Plan
from benchmarks.peers import __main__ as command
from benchmarks.peers.contest import Contestant, compete
from benchmarks.peers.program import PEERS, PYTHON, PeerProgram


def test_without_the_peers_it_says_how_to_install_them(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "PYTHON", Path("/nowhere/python"))
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    assert command.main(["--quick"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("`make bench-peers` installs them")
    assert not list(tmp_path.iterdir())


def test_a_peer_that_is_none_is_refused():
    with pytest.raises(SystemExit, match="2"):
        command.main(["--only", "nobody"])


@pytest.mark.slow
@pytest.mark.skipif(not PYTHON.exists(), reason="`make bench-peers` installs the peers")
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_a_peer_is_measured(peer):
    plan = Plan(command.BUNDLES[command.FLOAT32], rounds=1, calls=2, seconds=0.5, starts=1)
    (score,) = compete([Contestant(peer.name, lambda: PeerProgram(peer, plan))], plan).values()
    assert len(score.calls_per_second) == len(score.p50_ms) == len(score.cold_start_seconds) == 1
    assert json.dumps(vars(score))
    assert score.pss_bytes > 0
