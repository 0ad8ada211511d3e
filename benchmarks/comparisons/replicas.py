"""What one machine carries: calls a second of one replica and of two, and memory of each."""

import json
import urllib.request
from functools import partial

from benchmarks.harness.accounting import MEGABYTE, family, memory
from benchmarks.harness.bars import Finding, Row
from benchmarks.harness.gateway_program import FunctionGateway
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row
from benchmarks.harness.server_load import serve_load

_WARM_SECONDS = 1.0
_READY_SECONDS = 60.0


def measure(plan: Plan) -> Finding:
    """Calls a second of two replicas over those of one, and what another replica weighs."""
    with FunctionGateway(plan) as gateway:
        gateway.wait_ready()
        sizes = {}

        def rate(replicas: int) -> float:
            scale(gateway, replicas)
            requests = [gateway.address.request(each.read_bytes()) for each in plan.photos]
            serve_load(gateway, gateway.port, requests, plan, _WARM_SECONDS)
            sizes[replicas] = memory(family(gateway.pid)).rss / MEGABYTE
            return serve_load(gateway, gateway.port, requests, plan).outcome.rate

        pairs = alternate(plan.rounds, partial(rate, 2), partial(rate, 1))
        return finding([Round(*pair) for pair in pairs], sizes[2] - sizes[1])


def scale(gateway: FunctionGateway, replicas: int) -> None:
    """Has so many replicas take calls, and no others run."""
    address = f"http://127.0.0.1:{gateway.port}/system"

    def state() -> dict[str, int]:
        with urllib.request.urlopen(f"{address}/function/ssd") as answer:
            found: dict[str, int] = json.load(answer)
        return found

    before, ended = state()["availableReplicas"], gateway.log.count("replica_ended")
    asked = json.dumps({"replicas": replicas}).encode()
    with urllib.request.urlopen(f"{address}/scale-function/ssd", asked):
        pass  # it begins
    gateway.wait(lambda: state()["availableReplicas"] == replicas, _READY_SECONDS)
    fewer = max(before - replicas, 0)
    gateway.wait(lambda: gateway.log.count("replica_ended") >= ended + fewer, _READY_SECONDS)


def finding(rounds: list[Round], megabytes: float) -> Finding:
    """Rows and details: calls a second of two replicas and of one, and megabytes of another one."""
    rows = (
        ratio_row("calls/s of two replicas / of one", rounds, None, "calls/s"),
        Row("memory of another replica (RSS)", megabytes, "MB", None, "watcher and supervisor"),
    )
    return Finding(rows, {"calls_per_second": by_side(rounds, "two", "one"), "mb": megabytes})
