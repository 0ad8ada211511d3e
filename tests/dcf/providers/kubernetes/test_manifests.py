"""The Deployment and the Service of a function. `test_schemas.py` holds them to Kubernetes."""

import pytest

from dcf.archive import Entry
from dcf.providers.kubernetes import manifests, names
from dcf.providers.kubernetes.reading import deployment_record
from dcf.providers.kubernetes.revisions import Asked, Ground, Stored
from dcf.providers.placement import FunctionSpec

GROUND = Ground("functions", min_ready_seconds=1.5)
CODE = "c" * 64
SPEC = FunctionSpec(
    "echo", "echo:1", labels={"l": "2"}, annotations={"desc": "says it again"},
    constraints=("zone=a",), secrets=("token", "regcred"), replicas=3,
)  # fmt: skip
ASKED = Asked(
    SPEC, 4, "2026-01-01T00:00:00Z", "ann@here", pull_secrets=frozenset({"regcred"}), verdict="good"
)


def pod_of(spec, **more):
    return manifests.deployment(Asked(spec, 1, "", **more), GROUND)["spec"]["template"]["spec"]


def test_what_was_asked_for_can_be_read_back():
    record = deployment_record(manifests.deployment(ASKED, GROUND))
    assert (record.function, record.spec, record.revision) == ("echo", SPEC, 4)
    assert (record.deployed_at, record.by) == ("2026-01-01T00:00:00Z", "ann@here")
    assert (record.name, record.track, record.replicas) == ("echo", names.STABLE, 3)


def test_no_call_is_dropped_by_an_update():
    spec = manifests.deployment(ASKED, GROUND)["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert (spec["minReadySeconds"], spec["revisionHistoryLimit"]) == (2, 20)
    assert spec["progressDeadlineSeconds"] == 182  # LOAD_TIMEOUT, a minute, and those seconds


def test_a_candidate_has_its_own_name_and_pods():
    stable, candidate = (
        manifests.deployment(ASKED, GROUND, track) for track in (names.STABLE, names.CANDIDATE)
    )
    assert candidate["metadata"]["name"] == names.candidate("echo")
    selectors = [each["spec"]["selector"]["matchLabels"] for each in (stable, candidate)]
    assert selectors[0] != selectors[1]
    for found, selector in zip((stable, candidate), selectors, strict=True):
        assert selector.items() <= found["spec"]["template"]["metadata"]["labels"].items()


def test_pods_of_a_deployment_of_somebody_else_are_known_to_both():
    labels = manifests.template(ASKED, GROUND, {"app": "mine"})["metadata"]["labels"]
    ours = {names.FUNCTION: "echo", names.TRACK: names.STABLE, names.REVISION: "4"}
    assert labels == {"l": "2", "app": "mine", **ours}


def test_people_and_programs_find_its_labels_and_annotations():
    found = manifests.deployment(ASKED, GROUND)
    template = found["spec"]["template"]["metadata"]
    assert found["metadata"]["labels"]["l"] == template["labels"]["l"] == "2"
    notes = template["annotations"]
    assert (notes["desc"], notes["prometheus.io/port"]) == ("says it again", "8081")
    assert notes[names.VERDICT] == "good"
    own = FunctionSpec("f", "f:1", annotations={"prometheus.io/scrape": "false"})
    quiet = FunctionSpec("f", "f:1", env={"METRICS_PORT": "0"})
    for spec, scraped in ((own, "false"), (quiet, None)):
        made = manifests.deployment(Asked(spec, 1, ""), GROUND)
        notes = made["spec"]["template"]["metadata"]["annotations"]
        assert notes.get("prometheus.io/scrape") == scraped


def test_a_pod_knows_no_key_to_the_cluster():
    pod = pod_of(SPEC, pull_secrets=frozenset({"regcred"}))
    assert pod["automountServiceAccountToken"] is False
    assert pod["imagePullSecrets"] == [{"name": "regcred"}]
    assert pod["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert pod["nodeSelector"] == {"zone": "a"}
    assert "imagePullSecrets" not in pod_of(FunctionSpec("f", "f:1"))


@pytest.mark.parametrize(
    ("env", "seconds"),
    [({}, 40), ({"EXEC_TIMEOUT": "120"}, 130), ({"SHUTDOWN_TIMEOUT": "1", "DRAIN_DELAY": "2"}, 8)],
)
def test_it_is_not_killed_before_it_may_have_finished_its_calls(env, seconds):
    assert pod_of(FunctionSpec("f", "f:1", env=env))["terminationGracePeriodSeconds"] == seconds


def test_code_is_unpacked_first():
    stored = {CODE: Stored(CODE, ("code-0",), Entry("src", "handler.py", "handle"))}
    pod = pod_of(FunctionSpec("f", f"archive:sha256:{CODE}"), stored=stored)
    assert [each["name"] for each in pod["initContainers"]] == ["unpack"]
    assert "initContainers" not in pod_of(SPEC)


def test_a_service_leads_to_its_pods_and_goes_with_its_deployment():
    deployed = manifests.deployment(ASKED, GROUND)
    deployed["metadata"]["uid"] = "5c3b"
    found = manifests.service(deployed)
    assert found["spec"]["selector"] == deployed["spec"]["selector"]["matchLabels"]
    assert {each["name"]: each["port"] for each in found["spec"]["ports"]} == {
        "http": 8080, "grpc": 50051, "mesh": 50052,
    }  # fmt: skip
    assert found["metadata"]["ownerReferences"][0]["uid"] == "5c3b"
    assert found["metadata"]["labels"][names.FUNCTION] == "echo"


@pytest.mark.parametrize(
    ("ports", "port"),
    [(None, 8080), ([{"containerPort": 9000}], 9000),
     ([{"containerPort": 9}, {"containerPort": 80, "name": "http"}], 80)],
)  # fmt: skip
def test_a_service_for_somebody_elses_deployment_takes_its_port(ports, port):
    deployed = manifests.deployment(ASKED, GROUND)
    deployed["metadata"]["uid"] = "5c3b"
    container = {"name": "echo", "image": "echo:1"} | ({"ports": ports} if ports else {})
    deployed["spec"]["template"]["spec"]["containers"] = [container]
    assert [each["port"] for each in manifests.service(deployed)["spec"]["ports"]] == [port]
