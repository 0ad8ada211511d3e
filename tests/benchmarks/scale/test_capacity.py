"""The tables of docs/scale.md are what the script prints, and its sums are right."""

import pytest

from benchmarks.harness.environment import ROOT
from benchmarks.scale import capacity
from benchmarks.scale.capacity import LARGE, SERVERS, SMALL, Need, Server, Site

OURS, *PEERS = SERVERS


def test_the_page_has_what_the_script_prints(capsys):
    assert capacity.main([]) == 0
    assert capsys.readouterr().out.strip() in (ROOT / "docs/scale.md").read_text()


def test_sums():
    site = Site(86_400_000, peak=2, busy=0.5, cores=4, spare=1)
    need = Need(site, Server("it", (6.0, 40.0), 100, has_gateway=True), SMALL)
    assert site.rate == 2000
    assert need.cores == pytest.approx(2000 * 0.006 / 0.5)
    assert need.gateway_cores == pytest.approx(2000 * SMALL.gateway_ms / 1000 / 0.5)
    assert need.nodes == 8  # 24.9 cores on nodes of 4, and one to spare
    assert need.gigabytes == pytest.approx(1.2)
    assert need.gigabits == pytest.approx(2000 * 65e3 * 8 / 1e9)
    assert need.work_hours == pytest.approx((6.0 + SMALL.gateway_ms) / 3.6)
    assert need.held_hours == pytest.approx(8 * 4 * 24 / 86.4)
    assert need.queue_seconds == pytest.approx(need.gateways * 10_000 / 2000)


def test_bytes_may_fill_a_queue_before_calls_do():
    need = Need(Site(86_400_000, peak=1), OURS, LARGE)
    assert need.queue_seconds == pytest.approx(need.gateways * 2.147 / 3)


@pytest.mark.parametrize("server", PEERS)
def test_servers_of_others_have_no_gateway_of_ours(server):
    need = Need(Site(1e9), server, SMALL)
    assert (need.gateways, need.gateway_cores) == (0, 0)
    assert need.work_hours == pytest.approx(server.ms[0] / 3.6)


def test_small_sites_have_a_second_gateway_and_a_second_node():
    need = Need(Site(1000), OURS, SMALL)
    assert (need.gateways, need.nodes) == (2, 2)


@pytest.mark.parametrize("flags", [("--busy", "0"), ("--busy", "1.1"), ("--peak", "-1"),
                                   ("--pictures", "0", "5"), ("--cores", "0")])  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(flags, capsys):
    with pytest.raises(SystemExit, match="2"):
        capacity.main(flags)
    assert "must be above 0" in capsys.readouterr().err
