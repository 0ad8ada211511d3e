"""Of several gateways one leads at any time, and another soon after it is gone."""

import asyncio

import pytest

from dcf.providers.kubernetes import leader as leading
from dcf.providers.kubernetes.api import ApiError
from dcf.providers.kubernetes.leader import NAME, Leader
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import api_of, cluster_in
from tests.kubernetes.fake.cluster import Fault
from tests.waiting import until_async

LEASE = f"/apis/coordination.k8s.io/v1/namespaces/functions/leases/{NAME}"


@pytest.fixture
def cluster(tmp_path):
    with cluster_in(tmp_path) as cluster:
        yield cluster


class Clock:
    """Set by hand."""

    def __init__(self, *leaders):
        self.now = 1000.0
        for each in leaders:
            each._clock = lambda: self.now


def two(api):
    began = []
    found = [Leader(api, "v1", lambda: began.append(None)) for _ in range(2)]
    return *found, began, Clock(*found)


def test_the_first_leads_for_as_long_as_it_renews(cluster):
    async def steps():
        async with api_of(cluster) as api:
            one, other, _, clock = two(api)
            for _ in range(5):
                await one.look()
                await other.look()
                assert (one.leads, other.leads) == (True, False)
                clock.now += 7
            lease = (await api.get(LEASE))["spec"]
            assert (lease["holderIdentity"], lease["leaseTransitions"]) == (one.identity, 0)
            assert lease["acquireTime"] < lease["renewTime"]

    run(steps())


def test_one_that_is_silent_leads_no_more_before_another_begins(cluster):
    async def steps():
        async with api_of(cluster) as api:
            one, other, _, clock = two(api)
            await one.look()
            await other.look()
            for _ in range(16):
                clock.now += 1
                was_led = one.leads
                await other.look()
                assert not (other.leads and was_led)
            assert (one.leads, other.leads) == (False, True)
            await one.look()  # it comes back, and the lease is another's
            assert not one.leads
            assert (await api.get(LEASE))["spec"]["leaseTransitions"] == 1

    run(steps())


def test_of_two_that_want_it_at_once_one_has_it(cluster):
    async def steps():
        async with api_of(cluster) as api:
            for _ in range(5):
                leaders = [Leader(api, "v1", lambda: None) for _ in range(4)]
                await asyncio.gather(*(each.look() for each in leaders))
                (holder,) = [each for each in leaders if each.leads]
                assert (await api.get(LEASE))["spec"]["holderIdentity"] == holder.identity
                await api.delete(LEASE)

    run(steps())


def test_who_cannot_renew_leads_on_for_a_while_and_then_no_more(cluster):
    async def steps():
        async with api_of(cluster) as api:
            one, _, _, clock = two(api)
            await one.look()
            cluster.fail(Fault.FAILS)
            clock.now += 9
            with pytest.raises(ApiError):
                await one.look()
            assert one.leads
            clock.now += 2
            assert not one.leads
            cluster.fail(Fault.NONE)

    run(steps())


def test_one_that_stops_hands_over_at_once(cluster, monkeypatch):
    monkeypatch.setattr(leading, "_RETRY_SECONDS", 0.02)

    async def steps():
        async with api_of(cluster) as api:
            began = {"one": 0, "other": 0}

            def begin(name):
                began[name] += 1

            one = Leader(api, "v1", lambda: begin("one"))
            other = Leader(api, "v1", lambda: begin("other"))
            first = asyncio.create_task(one.run())
            await until_async(lambda: one.leads)
            second = asyncio.create_task(other.run())
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            assert not one.leads
            await until_async(lambda: other.leads, seconds=5)
            assert began == {"one": 1, "other": 1}
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)

    run(steps())


def test_a_renewal_that_arrives_late_keeps_nobody_from_handing_over(cluster, monkeypatch):
    async def steps():
        async with api_of(cluster) as api:
            one, other, _, _ = two(api)
            await one.look()
            replace = api.replace

            async def late(path, body):
                monkeypatch.setattr(api, "replace", replace)
                await api.patch(LEASE, {"spec": {"renewTime": "2026-01-02T03:04:05.000000Z"}})
                return await replace(path, body)

            monkeypatch.setattr(api, "replace", late)
            await one._release()
            await other.look()
            assert (one.leads, other.leads) == (False, True)

    run(steps())


def test_where_there_are_no_leases_everybody_leads():
    async def steps():
        began = []
        one = Leader(type("Api", (), {"namespace": "f"}), "", lambda: began.append(1))
        assert one.leads
        await one.run()
        assert began == [1]

    run(steps())
