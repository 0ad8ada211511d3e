"""A real cluster, gateways of it as processes of this machine, and callers who count."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from dcf.archive import Entry, pack
from dcf.client.rest import RestClient
from dcf.errors import NotFound
from dcf.providers.placement import FunctionSpec
from tests.kubernetes.callers import Callers

ROOT = Path(__file__).parents[2]
CLUSTER = Path(__file__).parent / "cluster"
IMAGES = os.environ.get("DCF_TEST_IMAGES", "dcf-test")
ECHO = "def handle(body):\n    return body\n"


class Cluster:
    """The cluster that KUBECONFIG names, by `kubectl`."""

    def kubectl(self, *arguments, namespace="", given=None, check=True, timeout=120):
        """Runs one command to its end; what it wrote."""
        words = ["kubectl", *(["-n", namespace] if namespace else []), *map(str, arguments)]
        done = subprocess.run(
            words, input=given, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout

    def apply(self, *objects, namespace=""):
        """Makes objects so."""
        listed = {"apiVersion": "v1", "kind": "List", "items": objects}
        self.kubectl("apply", "-f", "-", namespace=namespace, given=json.dumps(listed))

    def get(self, kind, name="", namespace="", *flags):
        """One object, or a list of them."""
        found = json.loads(
            self.kubectl(
                "get", kind, *([name] if name else []), *flags, "-o", "json", namespace=namespace
            )
        )
        return found if name else found["items"]

    def pods(self, namespace, function):
        """A function's pods that are not about to end."""
        found = self.get("pods", "", namespace, "-l", f"faas_function={function}")
        return [each for each in found if "deletionTimestamp" not in each["metadata"]]


class OwnCluster(Cluster):
    """One that `cluster/up` raised here, so that parts of it may be killed."""

    def __init__(self, folder):
        self.folder = folder

    def _pid(self, process):
        return int((self.folder / "pid" / process).read_text().split()[0])

    def kill(self, process):
        """Ends `apiserver`, `node-2`, ... as a power cut would; for a node its first process."""
        os.kill(self._pid(process), signal.SIGKILL)

    def mend(self):
        """Starts again what was ended."""
        done = subprocess.run(
            [CLUSTER / "up"], capture_output=True, text=True, timeout=240, check=False,
            env={**os.environ, "KUBE_DIR": str(self.folder)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        # While it was away no node could say that it lives: some are held for lost a little later.
        began = time.time()
        wait(lambda: self._all_live_since(began), 90)

    def _all_live_since(self, moment):
        leases = self.get("leases", "", "kube-node-lease")
        heard = [datetime.fromisoformat(each["spec"]["renewTime"]).timestamp() for each in leases]
        return min(heard) > moment and not any("taints" in x["spec"] for x in self.get("nodes"))


class Gateway:
    """A gateway as a process of this machine."""

    def __init__(self, process, address, log):
        self.process, self.address, self.log = process, address, log
        self.client = RestClient(address)

    def deploy(self, name, image="", seconds=90, replicas=1, labels=None, **more):
        """Deploys or updates a function, and waits until that is over; its newest revision."""
        labels = {"com.openfaas.scale.min": str(replicas), **(labels or {})}
        spec = FunctionSpec(name, image or f"{IMAGES}/ssd", labels=labels, **more)
        known = {each.name for each in self.client.functions()}
        before = self.client.history(name)[0].number if name in known else 0
        (self.client.update if name in known else self.client.deploy)(spec)
        return self.settled(name, seconds, before)

    def settled(self, name, seconds=90, before=0):
        """The newest revision, which comes after another one, once its rollout is over."""
        return wait(lambda: self._over(name, before), seconds, lambda: self.client.history(name))

    def _over(self, name, before):
        # Behind one address there may be several: another one sees a moment later what one did.
        try:
            newest = self.client.history(name)[0]
        except NotFound:
            return None
        is_over = newest.number > before and newest.rollout not in {"", "progressing"}
        return newest if is_over else None

    def end(self, number=signal.SIGTERM):
        """Ends it, and waits for that."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(60)

    def said(self):
        """The end of its log, for failures."""
        return self.log.read_text()[-3000:]


def wait(condition, seconds, said=lambda: ""):
    """Asks a few times a second, as another machine would; what made the condition true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not so within {seconds:g} s: {said()}"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="session")
def cluster():
    own = Path(os.environ.get("KUBE_DIR", "/tmp/kubernetes-dev"))
    here = os.environ.get("KUBECONFIG") == str(own / "kubeconfig")
    found = OwnCluster(own) if here else Cluster()
    try:
        found.kubectl("--request-timeout=10s", "get", "--raw", "/readyz", timeout=30)
    except (AssertionError, OSError) as fault:
        pytest.fail(f"no cluster: run `make test-kubernetes` ({fault})")
    return found


@pytest.fixture
def breakable(cluster):
    """A cluster that may be broken; all of it is whole again afterwards."""
    if not isinstance(cluster, OwnCluster):
        pytest.skip("parts of this cluster are not ours to kill")
    yield cluster
    cluster.mend()


@pytest.fixture
def namespace(cluster):
    """A namespace of the test's own."""
    name = f"dcf-test-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    yield name
    # Pods end by themselves meanwhile: their grace is not waited for.
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def start(namespace, tmp_path):
    """`start(*flags)` starts one more gateway for the namespace."""
    started = []

    def begin(*flags, **environ):
        number = len(started)
        log = tmp_path / f"gateway-{number}.log"
        words = (
            "-m", "dcf", "gateway", "start", "--provider", "kubernetes", "--namespace", namespace,
            "--function-image", f"{IMAGES}/watcher", "--port", "0", "--grpc-port", "0",
            "--home", str(tmp_path / f"home-{number}"), *flags,
        )  # fmt: skip
        with log.open("w") as kept:
            process = subprocess.Popen(
                [sys.executable, *words], stdout=kept, stderr=kept, cwd=ROOT,
                env={**os.environ, **environ},
            )  # fmt: skip
        gateway = Gateway(process, "", log)
        started.append(gateway)

        def address():
            assert process.poll() is None, gateway.said()
            found = re.search(r"^Gateway: (\S+) .*\n", log.read_text(), re.MULTILINE)
            return found and found[1]

        gateway.address = wait(address, 30, gateway.said)
        gateway.client = RestClient(gateway.address)
        return gateway

    yield begin
    for each in started:
        each.end()


@pytest.fixture
def gateway(start):
    return start()


@pytest.fixture
def archive(tmp_path):
    """`archive(text)` packs a handler with one function `handle`."""

    def packed(text=ECHO):
        folder = tmp_path / uuid.uuid4().hex
        (folder / "src").mkdir(parents=True)
        (folder / "src/handler.py").write_text(text)
        return pack(folder, Entry("./src", "handler.py", "handle"), (), ())

    return packed


@pytest.fixture
def put(archive):
    """`put(gateway, text)` uploads a handler; what to name as its image."""

    def uploaded(gateway, text=ECHO):
        made = archive(text)
        gateway.client.put_archive(made)
        return f"archive:sha256:{made.digest}"

    return uploaded


@pytest.fixture
def calling():
    """`with calling(address, function) as callers:` calls all the time, and counts."""

    @contextmanager
    def call(*arguments, **options):
        callers = Callers(*arguments, **options)
        callers.start()
        try:
            yield callers
        finally:
            callers.stop()

    return call


_FIGURES: list[str] = []


@pytest.fixture
def figure(request):
    """`figure(text)` is told at the end of the run."""
    return lambda text: _FIGURES.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(terminalreporter):
    if _FIGURES:
        terminalreporter.section("what was measured")
        for each in _FIGURES:
            terminalreporter.line(each)
