"""Limits are read as Kubernetes writes them, and hold for a process of this machine."""

import contextlib
import os
from pathlib import Path

import pytest

from dcf.errors import InvalidRequest
from dcf.providers.limits import Limits, check_quantities, limits_of, resources_of
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.archives import Archives
from dcf.providers.process.launching import Launching, Stock
from dcf.providers.process.overlay import Overlays
from dcf.providers.process.process_usage import family
from dcf.providers.process.secret_files import Secrets
from dcf.providers.process.state_dir import StateDir
from dcf.providers.stores import LogQuery
from tests.waiting import until_async

CORES = "import os\n\n\ndef handle(body):\n    return str(len(os.sched_getaffinity(0)))\n"
GROWS = """
import time

KEPT = []


def handle(body):
    for _ in range(int(body)):
        KEPT.append(b"x" * (1 << 20))
        time.sleep(0.005)
    return "grown"
"""
LARGE = "KEPT = bytearray(300 << 20)\n\n\ndef handle(body):\n    return 'up'\n"


@pytest.mark.parametrize(
    ("texts", "limits"),
    [
        ({}, Limits()),
        ({"memory": "", "cpu": "", "gpu": ""}, Limits()),
        ({"memory": "50Mi", "cpu": "50m"}, Limits(0.05, 50 << 20)),
        ({"memory": "1.5Gi", "cpu": "2"}, Limits(2.0, 3 << 29)),
        ({"memory": "500M", "cpu": "0.5"}, Limits(0.5, 500_000_000)),
        ({"memory": "268435456", "gpu": "0"}, Limits(None, 1 << 28, 0)),
        ({"nvidia.com/gpu": "1", "amd.com/gpu": "1"}, Limits(gpus=2)),
    ],
    ids=["none", "empty", "openfx", "binary", "decimal", "bytes", "gpus"],
)
def test_quantities(texts, limits):
    assert limits_of(texts) == limits


def test_resources_are_listed_as_kubernetes_calls_them():
    limits = {"memory": "512Mi", "cpu": "", "gpu": "1"}
    assert resources_of(limits, {"cpu": "500m", "gpu": "0"}) == {
        "limits": {"memory": "512Mi", "nvidia.com/gpu": "1"},
        "requests": {"cpu": "500m"},
    }
    assert resources_of({}, {}) == {}


def test_a_device_that_is_only_requested_is_a_limit_too():
    assert resources_of({"cpu": "1"}, {"gpu": "2", "memory": "1Gi"}) == {
        "limits": {"cpu": "1", "nvidia.com/gpu": "2"},
        "requests": {"memory": "1Gi", "nvidia.com/gpu": "2"},
    }


@pytest.mark.parametrize("where", ["limits", "requests"])
def test_a_resource_that_cannot_be_read_is_named(where):
    texts = {"limits": {}, "requests": {}, where: {"memory": "lots"}}
    with pytest.raises(InvalidRequest, match=f"{where}.memory is 'lots'"):
        resources_of(**texts)


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        ({"memory": "lots"}, "limits.memory"),
        ({"memory": "512m"}, "limits.memory"),
        ({"memory": "0"}, "limits.memory"),
        ({"memory": "-1Gi"}, "limits.memory"),
        ({"memory": "1Gi\n"}, "limits.memory"),
        ({"memory": "9" * 400}, "limits.memory"),
        ({"cpu": "0"}, "limits.cpu"),
        ({"cpu": "1,5"}, "limits.cpu"),
        ({"cpu": "\u0661"}, "limits.cpu"),
        ({"gpu": "half"}, "limits.gpu"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(texts, key):
    with pytest.raises(InvalidRequest, match=f"^{key} is ") as refused:
        limits_of(texts)
    assert "\n" not in refused.value.message


def test_requests_fit_in_the_limits():
    check_quantities(FunctionSpec("f", "i", limits={"cpu": "1"}, requests={"cpu": "1000m"}))
    with pytest.raises(InvalidRequest, match="requests of memory"):
        check_quantities(
            FunctionSpec("f", "i", limits={"memory": "1Gi"}, requests={"memory": "2Gi"})
        )


def test_a_gpu_that_is_not_here_is_refused_and_none_hides_those_that_are(tmp_path):
    with StateDir.claim(tmp_path / "home") as home:
        archives = Archives(home)
        (home.archives / ("0" * 64)).touch()
        stock = Stock(home, archives, Overlays(home.overlays), Secrets(home))
        devices = tmp_path / "dev"
        devices.mkdir()
        launching = Launching(stock, 0, {}, devices=devices)
        spec = FunctionSpec("f", "archive:sha256:" + "0" * 64, limits={"gpu": "1"})
        with pytest.raises(InvalidRequest, match="this machine has 0"):
            launching.check(spec)
        (devices / "nvidia0").touch()
        (devices / "nvidiactl").touch()
        launching.check(spec)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core can not be limited")
@pytest.mark.parametrize(("cpu", "cores"), [("500m", 1), ("1", 1), ("64", 0), ("", 0)])
def test_a_replica_is_kept_to_its_cores(drive, cpu, cores):
    async def steps(driven):
        await driven.deploy(CORES, limits={"cpu": cpu})
        assert await driven.call() == str(cores or len(os.sched_getaffinity(0)))

    drive(steps)


async def log_of(driven):
    return "\n".join([line.text async for line in driven.provider.stores.logs.lines(LogQuery("f"))])


def test_a_replica_over_its_memory_is_ended_and_started_again_and_the_log_says_why(drive):
    async def steps(driven):
        await driven.deploy(GROWS, limits={"memory": "256Mi"})
        before = driven.provider.routing.targets("f")[0]
        assert await driven.call(b"10") == "grown"
        with pytest.raises(OSError):  # noqa: PT011 # reset or closed, as it comes
            await driven.call(b"900")
        await driven.until(lambda status: status.available == 0)
        status = await driven.until(lambda status: status.available == 1)
        assert status.last_exit.cause.startswith("ended by the gateway: it used ")
        assert driven.provider.routing.targets("f")[0] is not before
        assert "over its memory limit of 256 MiB: raise limits.memory" in await log_of(driven)
        assert await driven.call(b"1") == "grown"

    drive(steps)


def test_one_that_is_over_its_memory_at_once_cannot_become_ready(drive):
    async def steps(driven):
        await driven.deploy("def handle(body):\n    return 'small'\n")
        large = FunctionSpec("f", await driven.image(LARGE), limits={"memory": "128Mi"})
        await driven.provider.placement.update(large)
        assert "over its memory limit of 128 MiB" in (await driven.failed()).reason
        assert await driven.call() == "small"

    drive(steps)


PARENT = """
import subprocess
import time

CHILD = subprocess.Popen(["sleep", "600"])
KEPT = []


def handle(body):
    for _ in range(400):
        KEPT.append(b"x" * (1 << 20))
        time.sleep(0.005)
    return "grown"
"""


def sleepers():
    found = []
    for pid in family(os.getpid()):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text() == "sleep\n":
                found.append(pid)
    return found


def test_what_a_replica_had_started_ends_with_it(drive, is_alive):
    async def steps(driven):
        await driven.deploy(PARENT, limits={"memory": "200Mi"})
        (child,) = sleepers()
        with pytest.raises(OSError):  # noqa: PT011 # reset or closed, as it comes
            await driven.call()
        await driven.until(lambda status: status.available == 0)
        assert not is_alive(child)
        await driven.until(lambda status: status.available == 1)
        (another,) = sleepers()
        await driven.provider.placement.scale("f", 0)
        await until_async(lambda: not is_alive(another))

    drive(steps)


def test_constraints_are_said_to_place_nothing(drive):
    async def steps(driven):
        await driven.deploy("def handle(body):\n    return body\n", constraints=("a=b",))
        assert "constraints a=b are kept but place nothing" in await log_of(driven)

    drive(steps)
