"""`deploy/kubernetes` on a real cluster: the gateway from its image, with few rights."""

import base64
import re
import secrets
import uuid
from pathlib import Path

import pytest
import requests
import yaml

from dcf.client.base import Invocation, LogRequest
from dcf.client.rest import RestClient
from tests.kubernetes.conftest import IMAGES, ROOT, Gateway, OwnCluster, wait

pytestmark = pytest.mark.kubernetes
FOLDER = ROOT / "deploy/kubernetes"
PAGE = ROOT / "docs/kubernetes.md"
SMALL = {"requests": {"cpu": "10m", "memory": "64Mi"}}
PICTURE = (ROOT / "samples/coffee.jpg").read_bytes()
READS = """\
import os

def handle(body):
    print("asked", flush=True)
    with open(os.environ["SECRETS_DIR"] + "/key") as file:
        return file.read()
"""


def renamed(value, names):
    """Names of namespaces and images are this test's, wherever they stand."""
    if isinstance(value, dict):
        return {key: renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def objects(cluster, names):
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    made = [
        renamed(each, names)
        for name in listed
        for each in yaml.safe_load_all((FOLDER / name).read_text())
    ]
    served = cluster.kubectl("api-versions").split()
    for each in made:
        if each["apiVersion"] not in served:
            # Before 1.21 budgets were v1beta1, with the same fields.
            assert each["apiVersion"] == "policy/v1"
            each["apiVersion"] = "policy/v1beta1"
    return made


def volume(name, folder, node):
    """A volume of a node's own folder, as there is nobody here who makes volumes."""
    folder.mkdir()
    return {
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "8Gi"}, "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain", "local": {"path": str(folder)},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [
                {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]},
            ]}]}},
        },
    }  # fmt: skip


@pytest.fixture
def home(tmp_path):
    """A folder that nodes see, and that others than root may go into."""
    for each in (tmp_path, *tmp_path.parents):
        if each != Path("/tmp") and Path("/tmp") in each.parents:
            each.chmod(0o755)
    return tmp_path


def answers(address):
    """Whether the cluster leads there already: it does a moment after a pod is ready."""
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


@pytest.fixture
def installed(cluster, home):
    """Namespaces of the gateway and of functions, and a client with the password."""
    own = f"dcf-test-{uuid.uuid4().hex[:8]}"
    functions, password = f"{own}-functions", secrets.token_hex(16)
    names = {
        "dcf": own, "dcf-functions": functions,
        "dcf/gateway": f"{IMAGES}/gateway", "dcf/watcher": f"{IMAGES}/watcher",
    }  # fmt: skip
    volumes = [f"{own}-1", f"{own}-2"] if isinstance(cluster, OwnCluster) else []
    made = objects(cluster, names)
    cluster.apply(*[each for each in made if each["kind"] == "Namespace"])
    cluster.apply(
        *[volume(name, home / name, f"node-{name[-1]}") for name in volumes],
        {
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": "gateway-password", "namespace": own},
            "stringData": {"basic-auth-user": "admin", "basic-auth-password": password},
        },
    )  # fmt: skip
    cluster.apply(*[each for each in made if each["kind"] != "Namespace"])
    try:
        cluster.kubectl(
            "rollout", "status", "statefulset/gateway", "--timeout=150s", namespace=own, timeout=180
        )
    except AssertionError as fault:
        log = cluster.kubectl("logs", "gateway-0", namespace=own, check=False)
        told = cluster.kubectl("describe", "pods", namespace=own, check=False)
        raise AssertionError(f"{fault}\n{log[-2000:]}\n{told[-2000:]}") from fault
    service = cluster.get("service", "gateway", own)["spec"]["clusterIP"]
    # What the page has the password read with.
    told = re.search(r"get secret gateway-password -o '(.+?)'", PAGE.read_text())[1]
    read = cluster.kubectl("get", "secret", "gateway-password", "-o", told, namespace=own)
    assert read == password
    pair = base64.b64encode(f"admin:{password}".encode()).decode()
    gateway = Gateway(None, f"http://{service}:8080", None)
    gateway.client = RestClient(gateway.address, f"Basic {pair}")
    wait(lambda: answers(f"{gateway.address}/healthz"), 30)
    yield own, functions, gateway
    cluster.kubectl("delete", "namespace", own, functions, "--wait=true", timeout=180)
    for name in volumes:
        cluster.kubectl("delete", "persistentvolume", name)


def test_it_does_all_its_work_with_its_account_and_nothing_is_forbidden(
    cluster, installed, put, calling, figure
):
    own, functions, gateway = installed
    assert requests.get(f"{gateway.address}/system/functions", timeout=10).status_code == 401
    assert gateway.deploy("ssd", replicas=2).rollout == "ready"
    with calling(gateway.address, "ssd", PICTURE, count=2) as callers:
        wait(lambda: len(callers.seen()) > 20, 60)
        assert gateway.deploy("ssd", replicas=2, env={"THRESHOLD": "0.4"}).rollout == "ready"
        gateway.client.rollback("ssd", 1)
        assert gateway.settled("ssd").rollout == "ready"
    assert callers.failed == []
    gateway.client.put_secret("key", b"open sesame", replace=False)
    wakes = {"com.openfaas.scale.zero": "true"}
    echo = gateway.deploy("echo", put(gateway, READS), labels=wakes, secrets=("key",), **SMALL)
    assert echo.rollout == "ready", echo.reason
    assert gateway.client.call(Invocation("echo")) == b"open sesame"
    assert any("asked" in each.text for each in gateway.client.logs(LogRequest("echo")))
    gateway.client.scale("echo", 0)
    wait(lambda: gateway.client.describe("echo").available == 0, 60)
    assert gateway.client.call(Invocation("echo")) == b"open sesame"
    by_processor = {"com.openfaas.scale.type": "cpu", "com.openfaas.scale.max": "3"}
    update = gateway.deploy(
        "echo", put(gateway, READS), labels=by_processor, secrets=("key",), **SMALL
    )
    assert update.rollout == "ready", update.reason
    wait(lambda: cluster.get("hpa", "", functions), 30)
    for name in ("ssd", "echo"):
        gateway.client.delete(name)
    # Nobody wants it any more, whichever gateway is asked and whatever is still being collected.
    gateway.client.delete_secret("key")
    wait(lambda: not cluster.get("deployments", "", functions), 30)
    wait(lambda: not cluster.get("replicasets", "", functions), 60)
    wait(lambda: not cluster.get("services", "", functions), 30)
    said = "".join(cluster.kubectl("logs", f"gateway-{n}", namespace=own) for n in (0, 1))
    assert "forbidden" not in said.lower()
    figure(f"installed: 0 of {len(callers.calls)} calls failed in an update and a rollback")


@pytest.mark.parametrize(
    ("verb", "what", "in_functions"),
    [
        ("get", "secrets", False),
        ("create", "pods", True),
        ("create", "pods/exec", True),
        ("delete", "namespaces", True),
        ("create", "rolebindings", True),
        ("impersonate", "serviceaccounts", True),
    ],
)
def test_what_its_account_may_not_do(cluster, rights, verb, what, in_functions):
    own, functions = rights
    place = functions if in_functions else own
    account = f"system:serviceaccount:{own}:gateway"
    answer = cluster.kubectl(
        "auth", "can-i", verb, what, f"--as={account}", namespace=place, check=False
    )
    assert answer.strip() == "no"


@pytest.fixture(scope="module")
def rights(cluster):
    """The account and its role alone."""
    own = f"dcf-test-{uuid.uuid4().hex[:8]}"
    names = {"dcf": own, "dcf-functions": f"{own}-functions"}
    wanted = ("Namespace", "ServiceAccount", "Role", "RoleBinding")
    made = [each for each in objects(cluster, names) if each["kind"] in wanted]
    cluster.apply(*made)
    yield own, f"{own}-functions"
    cluster.kubectl("delete", "namespace", own, f"{own}-functions", "--wait=false")


def test_gateways_are_replaced_under_load(cluster, installed, put, calling, figure):
    own, _, gateway = installed
    assert gateway.deploy("echo", put(gateway), replicas=2, **SMALL).rollout == "ready"
    with calling(gateway.address, "echo") as callers:
        wait(lambda: len(callers.seen()) > 50, 30)
        cluster.kubectl("rollout", "restart", "statefulset/gateway", namespace=own)
        cluster.kubectl(
            "rollout", "status", "statefulset/gateway", "--timeout=180s", namespace=own, timeout=200
        )
    assert callers.failed == []
    assert [each.name for each in gateway.client.functions()] == ["echo"]
    figure(f"both gateways replaced: 0 of {len(callers.calls)} calls failed")
