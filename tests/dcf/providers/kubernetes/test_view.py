"""What is known of functions, and who is told of changes."""

import asyncio

import pytest

from dcf.errors import NotFound
from dcf.providers.kubernetes import names
from tests.dcf.providers.kubernetes.api_server import run
from tests.dcf.providers.kubernetes.on_cluster import (
    APPS,
    api_of,
    cluster_in,
    deployment,
    put,
    viewing,
)
from tests.waiting import until_async


def test_functions_have_their_records_and_what_is_somebody_elses_is_none(tmp_path):
    async def steps():
        with cluster_in(tmp_path) as cluster:
            async with api_of(cluster) as api:
                await put(api, 2)
                other = deployment()
                app = {"app": "other"}
                other["metadata"] = {"name": "other", "labels": app}
                other["spec"]["selector"] = {"matchLabels": app}
                other["spec"]["template"]["metadata"]["labels"] = app
                await api.create(f"{APPS}/deployments", other)
                heard = []
                async with viewing(api, heard.append) as view:
                    await until_async(lambda: len(view.of("echo").pods) == 2)
                    await until_async(lambda: view.of("echo").sets)  # by a watch of their own
                    found = view.of("echo")
                    assert list(view.functions()) == ["echo"]
                    assert (found.stable.name, found.candidate) == ("echo", None)
                    assert [each.revision for each in found.sets] == [1]
                    with pytest.raises(NotFound, match="no such function: other"):
                        view.of("other")
                    await put(api, 1, 2, names.CANDIDATE)
                    await until_async(lambda: view.of("echo").candidate)
                    assert list(view.functions()) == ["echo"]
                assert {"echo"} in [each.owners for each in heard]

    run(steps())


def test_who_waits_for_a_function_hears_of_that_one_alone(tmp_path):
    async def steps():
        with cluster_in(tmp_path) as cluster:
            async with api_of(cluster) as api, viewing(api) as view:
                soon = asyncio.get_running_loop().time() + 20
                waiting = asyncio.create_task(view.changed("echo", soon))
                assert not await view.changed("other", soon - 19.9)
                await put(api, 0)
                assert await waiting
                assert view._waiting == {}

    run(steps())
