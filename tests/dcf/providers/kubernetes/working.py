"""A gateway's work on a cluster in memory, without a gateway: placement, and one who leads."""

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from dcf.providers.kubernetes.api import Api
from dcf.providers.kubernetes.parts import Parts, parts_of
from dcf.providers.kubernetes.placement import ClusterPlacement
from dcf.providers.kubernetes.revisions import Ground
from dcf.providers.kubernetes.rollout_keeper import RolloutKeeper
from dcf.providers.kubernetes.state import Standing
from dcf.providers.placement import READY
from tests.dcf.providers.kubernetes.on_cluster import api_of, viewing
from tests.kubernetes.fake.cluster import Cluster
from tests.kubernetes.fake.kubelet.images import program
from tests.waiting import until_async

WELL = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Well(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

HTTPServer((os.environ["HOST"], 8080), Well).serve_forever()
"""


@contextmanager
def cluster_of(folder):
    """One whose pods say that they are well, and do nothing else."""
    cluster = Cluster(folder, {"idle": program("-c", WELL, HOST="0.0.0.0")})
    try:
        yield cluster
    finally:
        cluster.close()


@dataclass
class Work:
    """What a gateway does on a cluster."""

    api: Api
    parts: Parts
    placement: ClusterPlacement

    def state(self, name="echo"):
        return Standing(self.parts.view.of(name)).state

    async def reaches(self, rollout, name="echo"):
        """Wait until the newest revision has that result; gives the function's state."""
        await until_async(lambda: self.state(name).rollout == rollout)
        return self.state(name)

    async def is_judged(self, name="echo"):
        """Wait until there is a canary or shadow to be judged."""
        await until_async(lambda: self.state(name).judged)
        return self.state(name).newest


@asynccontextmanager
async def working(cluster, *, leads=True, serves=None):
    """A gateway, as it works on a cluster from now on, perhaps once a function is ready there."""
    async with api_of(cluster) as api, viewing(api) as view:
        parts = parts_of(api, view, Ground("functions"), "v2")
        placement = ClusterPlacement(parts, _unused)
        keeping = asyncio.create_task(RolloutKeeper(parts, lambda: leads).run())
        work = Work(api, parts, placement)
        try:
            if serves is not None:
                await placement.deploy(serves)
                await work.reaches(READY, serves.name)
            yield work
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def _unused(_name):
    raise AssertionError
