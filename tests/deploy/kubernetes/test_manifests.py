"""What `deploy/kubernetes` installs: valid for every schema, and closed where it can be."""

import copy
import shutil
import subprocess
import textwrap
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

FOLDER = Path(__file__).parents[3] / "deploy/kubernetes"
VERSIONS = [f"1.{minor}" for minor in range(25, 38)]


def objects():
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    for name in listed:
        yield from yaml.safe_load_all((FOLDER / name).read_text())


def one(kind, name="gateway"):
    (found,) = (
        each for each in objects() if (each["kind"], each["metadata"]["name"]) == (kind, name)
    )
    return found


def test_every_file_is_installed():
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    assert {"kustomization.yaml", *listed} == {each.name for each in FOLDER.glob("*.yaml")}


def test_kubectl_makes_the_same_of_it():
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    made = subprocess.run(
        ["kubectl", "kustomize", FOLDER], capture_output=True, text=True, timeout=60, check=True
    ).stdout

    def name(each):
        return each["kind"], each["metadata"]["name"], each["metadata"].get("namespace", "")

    assert sorted(yaml.safe_load_all(made), key=name) == sorted(objects(), key=name)


def test_the_overlay_of_the_page_names_images_of_a_registry(tmp_path):
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    page = (FOLDER.parents[1] / "docs/kubernetes.md").read_text()
    block = page.split("    # kustomization.yaml\n", 1)[1].split("\nThen", 1)[0]
    (tmp_path / "kustomization.yaml").write_text(textwrap.dedent(block))
    shutil.copytree(FOLDER, tmp_path / "dcf/deploy/kubernetes")
    made = subprocess.run(
        ["kubectl", "kustomize", tmp_path], capture_output=True, text=True, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr
    (gateway,) = (x for x in yaml.safe_load_all(made.stdout) if x["kind"] == "StatefulSet")
    (container,) = gateway["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/dcf/gateway"
    env = {each["name"]: each["value"] for each in container["env"]}
    assert env["DCF_FUNCTION_IMAGE"] == "registry.example/dcf/watcher"


@pytest.mark.parametrize("version", VERSIONS)
def test_each_object_is_valid(version):
    for each in objects():
        kubernetes_validate.validate(each, version, strict=True)


def test_a_misspelt_field_is_seen():
    wrong = copy.deepcopy(one("StatefulSet"))
    wrong["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readinesProbe"):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_the_gateway_is_no_root_and_writes_nowhere_but_its_volumes():
    pod = one("StatefulSet")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    dockerfile = (FOLDER.parents[1] / "Dockerfile").read_text()
    user = pod["securityContext"]["runAsUser"]
    assert f"useradd --uid {user} " in dockerfile
    assert pod["securityContext"]["fsGroup"] == user
    mounts = {each["mountPath"]: each for each in container["volumeMounts"]}
    assert {path for path, each in mounts.items() if not each.get("readOnly")} == {
        "/tmp",
        "/var/lib/dcf",
    }
    home = next(each["value"] for each in container["env"] if each["name"] == "DCF_HOME")
    # The folder of a volume belongs to root, and the gateway wants its own alone.
    assert Path(home).parent == Path("/var/lib/dcf")


def test_it_may_do_nothing_outside_the_functions_namespace():
    kinds = {each["kind"] for each in objects()}
    assert not kinds & {"ClusterRole", "ClusterRoleBinding"}
    (container,) = one("StatefulSet")["spec"]["template"]["spec"]["containers"]
    place = next(each["value"] for each in container["env"] if each["name"] == "DCF_NAMESPACE")
    for kind in ("Role", "RoleBinding"):
        assert one(kind)["metadata"]["namespace"] == place
    rules = one("Role")["rules"]
    assert not any(
        "*" in (*each["verbs"], *each["resources"], *each["apiGroups"]) for each in rules
    )
    written = {
        resource
        for each in rules
        for resource in each["resources"]
        if {"create", "delete"} & {*each["verbs"]}
    }
    # No pods, no `exec`, no accounts and no roles: what it makes runs with no account's rights.
    assert written == {
        "deployments",
        "services",
        "secrets",
        "configmaps",
        "horizontalpodautoscalers",
        "leases",
    }
    account = one("ServiceAccount")["metadata"]
    (subject,) = one("RoleBinding")["subjects"]
    assert subject == {
        "kind": "ServiceAccount",
        "name": account["name"],
        "namespace": account["namespace"],
    }


def test_what_selects_the_gateway_finds_its_pods_and_ports():
    gateway = one("StatefulSet")["spec"]
    labels = gateway["template"]["metadata"]["labels"]
    assert gateway["selector"]["matchLabels"] == labels
    assert one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
    ports = {
        each["name"]: each["containerPort"]
        for each in gateway["template"]["spec"]["containers"][0]["ports"]
    }
    for name in ("gateway", gateway["serviceName"]):
        service = one("Service", name)["spec"]
        assert service["selector"] == labels
        assert {each["targetPort"]: each["port"] for each in service["ports"]} == ports
    notes = gateway["template"]["metadata"]["annotations"]
    assert notes["prometheus.io/port"] == str(ports["http"])
