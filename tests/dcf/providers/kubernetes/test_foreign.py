"""Specs of functions that `kubectl apply` or OpenFaaS' provider made."""

from dcf.providers.kubernetes.foreign import container_of, foreign_spec
from dcf.providers.placement import FunctionSpec

# As faas-netes writes one, with all that `faas-cli deploy` can ask for.
OPENFAAS = {
    "metadata": {
        "labels": {"faas_function": "echo", "team": "vision", "uid": "8", "pod-template-hash": "1"},
        "annotations": {"topic": "a", "prometheus.io.scrape": "false"},
    },
    "spec": {
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [
            {"key": "gpu", "value": "yes", "effect": "NoSchedule"},
            {"key": "spot", "operator": "Exists", "effect": "NoExecute"},
            {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"},
        ],
        "imagePullSecrets": [{"name": "regcred"}],
        "volumes": [
            {"name": "temp", "emptyDir": {}},
            {
                "name": "echo-projected-secrets",
                "projected": {"sources": [{"secret": {"name": "api-key"}}, {"configMap": {}}]},
            },
            {"name": "b", "secret": {"secretName": "token"}},
        ],
        "containers": [
            {"name": "mesh", "image": "mesh:1"},
            {
                "name": "echo",
                "image": "echo:1",
                "env": [
                    {"name": "fprocess", "value": "cat"},
                    {"name": "A", "value": "1"},
                    {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                ],
                "resources": {
                    "limits": {"memory": "64Mi", "nvidia.com/gpu": 1},
                    "requests": {"cpu": "50m"},
                },
                "securityContext": {"readOnlyRootFilesystem": True},
            },
        ],
    },
}


def test_a_template_says_all_that_was_asked_for():
    assert foreign_spec("echo", OPENFAAS, 3) == FunctionSpec(
        "echo",
        "echo:1",
        env={"A": "1", "B": ""},
        labels={"team": "vision"},
        annotations={"topic": "a", "prometheus.io.scrape": "false"},
        constraints=("disk=ssd", "toleration:gpu=yes:NoSchedule", "toleration:spot:NoExecute"),
        secrets=("api-key", "token", "regcred"),
        limits={"memory": "64Mi", "nvidia.com/gpu": "1"},
        requests={"cpu": "50m"},
        replicas=3,
        process="cat",
        read_only=True,
    )


def test_little_is_enough():
    assert foreign_spec("echo", {}, 1) == FunctionSpec("echo", "")
    pod = {"containers": [{"name": "a", "image": "a:1"}]}
    assert foreign_spec("echo", {"spec": pod}, 0) == FunctionSpec("echo", "a:1", replicas=0)


def test_what_tools_write_down_for_themselves_is_no_annotation():
    noted = {
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "deployment.kubernetes.io/revision": "4", "dcf.spec": "no spec", "dcf.deployed-by": "ann",
        "dcf.rollout.mode": "canary",
    }  # fmt: skip
    found = foreign_spec("echo", {"metadata": {"annotations": noted}}, 1)
    assert found.annotations == {"dcf.rollout.mode": "canary"}


def test_the_container_is_found_by_its_name():
    first, named, ours = {"name": "mesh"}, {"name": "echo"}, {"name": "function"}
    assert container_of("echo", {"containers": [first, named, ours]}) is ours
    assert container_of("echo", {"containers": [first, named]}) is named
    assert container_of("echo", {"containers": [first]}) is first
    assert container_of("echo", {}) == {}
