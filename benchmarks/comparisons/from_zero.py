"""A call that finds the function at zero replicas, against the watcher's own cold start."""

import json
import time
import urllib.request

from benchmarks.harness.bars import Finding, at_most
from benchmarks.harness.calls import first_answer
from benchmarks.harness.gateway_program import FunctionGateway
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round, alternate, by_side, ratio_row
from benchmarks.harness.watcher_program import WatcherProgram

LABELS = {"com.openfaas.scale.zero": "true", "com.openfaas.scale.max": "2"}
_ENDED_SECONDS = 60.0


def measure(plan: Plan) -> Finding:
    """Seconds to the answer of a call at zero over those of a cold start."""
    photo = plan.photos[0].read_bytes()
    with FunctionGateway(plan, LABELS) as gateway:
        gateway.wait_ready()

        def call() -> float:
            rest(gateway)
            request = gateway.address.request(photo)
            return first_answer(gateway.port, request, time.perf_counter(), gateway)

        def start() -> float:
            began = time.perf_counter()
            with WatcherProgram(plan) as watcher:
                request = watcher.address.request(photo)
                return first_answer(watcher.address.port, request, began, watcher)

        start()  # files come into memory
        rounds = [Round(*pair) for pair in alternate(plan.starts, call, start)]
    return finding(rounds)


def rest(gateway: FunctionGateway) -> None:
    """Has the function at zero, its last replica ended."""
    ended = gateway.log.count("replica_ended")
    asked = urllib.request.Request(
        f"http://127.0.0.1:{gateway.port}/system/scale-function/ssd",
        json.dumps({"replicas": 0}).encode(),
        method="POST",
    )
    with urllib.request.urlopen(asked, timeout=_ENDED_SECONDS):
        pass  # it begins to end
    gateway.wait(lambda: gateway.log.count("replica_ended") > ended, _ENDED_SECONDS)


def finding(rounds: list[Round]) -> Finding:
    """Rows and details: seconds of the call at zero, and of the cold start."""
    row = ratio_row("call at zero / cold start of the watcher", rounds, at_most(1.5), "s", 3)
    return Finding((row,), {"seconds": by_side(rounds, "call at zero", "cold start")})
