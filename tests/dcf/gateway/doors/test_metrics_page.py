"""The page of numbers: what is on it, what is not, and that its documentation tells all of it."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.core import Gateway
from dcf.gateway.doors.metrics_page import FAMILIES, MetricsPage
from dcf.gateway.telemetry.traffic import Traffic
from dcf.providers.placement import FunctionSpec
from dcf.providers.routing import Target
from tests.dcf.providers.fake.provider import FakeProvider

DOCS = (Path(__file__).parents[4] / "docs" / "gateway.md").read_text()
NAME = "f.openfaas-fn"


class Page:
    """A page over a provider in memory, without a server."""

    def __init__(self, *targets):
        self.provider, self.metrics = FakeProvider(targets), Metrics()
        self.provider.listen(self.metrics.hear)
        self.gateway = Gateway(self.provider)
        self.gateway.forgotten = self.metrics.forget
        self.page = MetricsPage(self.gateway, self.metrics, Traffic())

    async def deploy(self, *names, **fields):
        for name in names:
            await self.gateway.deploy(FunctionSpec(name, "i", **fields))

    async def samples(self):
        """By name and labels without the function's; the text must be one that is understood."""
        found = {}
        for family in text_string_to_metric_families((await self.page.text()).decode()):
            for each in family.samples:
                key = (each.name, *sorted(each.labels.items()))
                assert key not in found, "told twice"
                found[key] = each.value
        return found

    async def of(self, name, **labels):
        pairs = {"function_name": NAME, **labels}
        return (await self.samples()).get((name, *sorted(pairs.items())))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda each: each.name)
def test_the_documentation_tells_each_with_kind_labels_and_meaning(family):
    labels = ", ".join(f"`{each}`" for each in family.labels)
    row = f"| `{family.name}` | {family.kind} | {labels} | {family.meaning} |"
    assert row.replace("|  |", "| |") in DOCS


def test_the_documentation_tells_no_other():
    part = DOCS.partition("### Numbers")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE)
    assert told == [each.name for each in FAMILIES]


def test_all_that_is_on_the_page_is_in_the_table_with_its_labels(run):
    async def steps():
        made = Page(Target("a"))
        await made.deploy("f")
        tally = made.metrics.of("f")
        tally.begin()
        tally.end(1, 200, 0.1)
        return (await made.page.text()).decode()

    known = {each.name: each for each in FAMILIES}
    for line in run(steps()).splitlines():
        if line.startswith("#"):
            assert line.split()[2] in known
            continue
        name, labels = re.match(r"([a-z_]+)(?:\{(.*)\})? ", line).groups()
        family = known.get(name) or known[re.sub("_(bucket|count|sum)$", "", name)]
        names = tuple(re.findall(r'(\w+)="', labels or ""))
        assert tuple(each for each in names if each != "le") == family.labels


def test_replicas_and_shares_are_those_of_now(run):
    async def steps():
        made = Page(Target("a"), Target("b"))
        await made.deploy("f", replicas=3)
        await made.provider.update(FunctionSpec("f", "newer"))
        await made.provider.split("f", {1: 3.0, 2: 1.0})
        assert await made.of("gateway_function_replicas_wanted") == 3
        assert await made.of("gateway_service_count") == 3
        for revision, share in (("1", 0.75), ("2", 0.25)):
            name = "gateway_function_revision"
            assert await made.of(f"{name}_replicas", revision=revision) == 2
            assert await made.of(f"{name}_weight", revision=revision) == share
        await made.provider.split("f", {2: 0.0})
        assert await made.of("gateway_function_revision_weight", revision="1") is None
        assert await made.of("gateway_function_revision_weight", revision="2") == 1.0
        await made.gateway.scale("f", 0)
        assert await made.of("gateway_function_replicas_wanted") == 0
        assert await made.of("gateway_function_revision_replicas", revision="2") is None

    run(steps())


def test_without_any_weight_they_share_evenly(run):
    async def steps():
        made = Page(Target("a"))
        await made.deploy("f")
        await made.provider.update(FunctionSpec("f", "newer"))
        await made.provider.split("f", {1: 0.0, 2: 0.0})
        for revision in "12":
            assert await made.of("gateway_function_revision_weight", revision=revision) == 0.5

    run(steps())


def test_processor_time_and_memory_are_told_where_the_provider_knows_them(run):
    async def steps():
        made = Page()
        await made.deploy("f", replicas=2)
        assert await made.of("gateway_function_cpu_seconds_total") == 2.0
        assert await made.of("gateway_function_memory_bytes") == 200 << 20
        made.provider.measuring = None
        assert await made.of("gateway_function_cpu_seconds_total") is None
        assert await made.of("gateway_function_replicas_wanted") == 2

    run(steps())


def test_a_function_that_is_gone_has_no_series_however_it_went(run):
    async def steps():
        made = Page(Target("a"))
        await made.deploy("f", "g")
        for name in "fg":
            made.metrics.of(name).begin()
            made.metrics.of(name).end(1, 200, 0.1)
        await made.gateway.delete("f")
        assert not [key for key in await made.samples() if NAME in str(key)]
        await made.provider.delete("g")  # by another way than this gateway
        assert "openfaas-fn" not in str(await made.samples())
        assert made.metrics.names() == set()
        await made.deploy("f")
        assert await made.of("gateway_function_invocation_started") is None

    run(steps())


def test_one_that_is_deleted_while_the_page_is_made_is_not_on_it(run):
    async def steps():
        made = Page(Target("a"))
        await made.deploy(*(f"f{number}" for number in range(120)))
        making = asyncio.create_task(made.page.text())
        while not making.done():
            await asyncio.sleep(0)
            if "f99" in made.provider.statuses:
                await made.gateway.delete("f99")
        text = (await making).decode()
        assert "f99.openfaas-fn" not in text
        assert 'replicas_wanted{function_name="f98.openfaas-fn"} 1.0' in text

    run(steps())


def test_a_thousand_functions_are_made_in_turns_that_others_have_between(run):
    async def steps():
        made = Page(Target("a"))
        await made.deploy(*(f"f{number}" for number in range(1000)))
        turns = 0

        async def count():
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        other = asyncio.create_task(count())
        await asyncio.sleep(0)
        before = turns
        text = await made.page.text()
        assert turns - before >= 19
        other.cancel()
        assert text.count(b"gateway_service_count{") == 1000

    run(steps())
