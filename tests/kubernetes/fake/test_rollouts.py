"""What Deployments, ReplicaSets and Services do in the cluster in memory."""

import pytest

from tests.kubernetes.fake.kubelet.images import program
from tests.waiting import until

SERVICES = "/api/v1/namespaces/functions/services"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/functions/endpointslices"
QUOTAS = "/api/v1/namespaces/functions/resourcequotas"
PROBE = {"exec": {"command": ["test", "-e", "/tmp/up"]}, "periodSeconds": 1}
READY = program("-c", "open('/tmp/up', 'w').close(); import time; time.sleep(1000)")
HANGS = program("-c", "import time; time.sleep(1000)")


def conditions(item):
    return {each["type"]: each for each in item["status"]["conditions"]}


def test_an_update_makes_another_set_and_never_has_too_few_pods(ask, functions, images):
    images["program"] = READY
    functions.deploy(image="program", readinessProbe=PROBE, replicas=3)
    version = ask.get(functions.DEPLOYMENTS)["metadata"]["resourceVersion"]
    functions.update(image="program", readinessProbe=PROBE, replicas=3, version="2")
    item = functions.complete()
    query = f"watch=true&resourceVersion={version}&timeoutSeconds=1"
    seen = [each["object"]["status"] for each in ask.watch(f"{functions.DEPLOYMENTS}?{query}")]
    assert min(each["availableReplicas"] for each in seen) == 3
    assert max(each["replicas"] for each in seen) == 4
    assert {number: each["spec"]["replicas"] for number, each in functions.sets().items()} == {
        1: 0,
        2: 3,
    }
    assert conditions(item)["Progressing"]["reason"] == "NewReplicaSetAvailable"
    assert item["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"


def test_the_template_before_again_is_the_set_before_with_a_new_number(functions):
    functions.deploy(version="1")
    first = functions.sets()[1]["metadata"]["uid"]
    functions.update(version="2")
    functions.complete()
    functions.update(version="1")
    functions.complete()
    until(lambda: 3 in functions.sets() and functions.sets()[3]["spec"]["replicas"] == 2)
    sets = functions.sets()
    assert set(sets) == {2, 3}
    assert sets[3]["metadata"]["uid"] == first


def test_no_more_sets_are_kept_than_are_to_be(functions, ask):
    functions.deploy(version="0")
    ask.patch(f"{functions.DEPLOYMENTS}/echo", {"spec": {"revisionHistoryLimit": 1}})
    for number in range(1, 4):
        functions.update(version=str(number))
        functions.complete()
    until(lambda: set(functions.sets()) == {3, 4})


def test_one_that_does_not_become_ready_is_late_and_what_served_goes_on(functions, images, ask):
    images |= {"program": READY, "hangs": HANGS}
    functions.deploy(image="program", readinessProbe=PROBE)
    before = set(functions.pods())
    ask.patch(f"{functions.DEPLOYMENTS}/echo", {"spec": {"progressDeadlineSeconds": 2}})
    body = functions.body(image="hangs", readinessProbe=PROBE)
    body["spec"]["progressDeadlineSeconds"] = 2
    ask.patch(f"{functions.DEPLOYMENTS}/echo", body)
    told = until(lambda: _late(functions.now()))
    assert (told["status"], "has timed out progressing" in told["message"]) == ("False", True)
    assert before <= set(functions.pods())
    functions.update(image="program", readinessProbe=PROBE)
    functions.complete()
    until(lambda: set(functions.pods()) == before)


def _late(item):
    told = conditions(item)["Progressing"]
    return told if told["reason"] == "ProgressDeadlineExceeded" else None


def test_it_is_scaled_by_its_scale_and_generations_are_counted(functions, ask):
    item = functions.deploy()
    path = f"{functions.DEPLOYMENTS}/echo/scale"
    scale = ask.get(path)
    assert (scale["kind"], scale["spec"]["replicas"], scale["status"]["replicas"]) == (
        "Scale",
        2,
        2,
    )
    assert ask.patch(path, {"spec": {"replicas": 4}})[0] == 200
    assert functions.complete()["metadata"]["generation"] == item["metadata"]["generation"] + 1
    status, changed = ask.patch(f"{functions.DEPLOYMENTS}/echo", {"status": {"replicas": 9}})
    assert (status, changed["status"]["replicas"]) == (200, 4)
    assert ask.patch(path, {"spec": {"replicas": 0}})[0] == 200
    functions.complete()
    assert not functions.pods()
    assert (ask.get(path)["spec"], "replicas" in functions.now()["status"]) == ({}, False)
    assert ask.patch(path, {"spec": {"replicas": -1}})[0] == 400


def test_a_pod_that_is_deleted_is_made_again(functions, ask):
    functions.deploy()
    gone = next(iter(functions.pods()))
    ask("DELETE", f"{functions.PODS}/{gone}")
    until(lambda: gone not in functions.pods() and len(functions.pods()) == 2)


def test_a_quota_says_why_there_are_no_more_pods(functions, ask):
    ask.create(QUOTAS, {"metadata": {"name": "small"}, "spec": {"hard": {"pods": "1"}}})
    ask.create(functions.DEPLOYMENTS, functions.body())
    failure = until(
        lambda: (
            conditions(functions.now()).get("ReplicaFailure")
            if "status" in functions.now()
            else None
        )
    )
    assert failure["reason"] == "FailedCreate"
    assert (
        "is forbidden: exceeded quota: small, requested: pods=1, used: pods=1" in failure["message"]
    )
    (told,) = functions.sets()[1]["status"]["conditions"]
    assert (told["type"], told["reason"]) == ("ReplicaFailure", "FailedCreate")
    ask("DELETE", f"{QUOTAS}/small")
    assert "ReplicaFailure" not in conditions(functions.complete())


def test_a_pod_that_no_node_has_room_for_waits_and_says_why(cluster, functions, ask):
    limits = {"limits": {"nvidia.com/gpu": "1"}}
    ask.create(
        functions.DEPLOYMENTS,
        functions.body(replicas=1, resources=limits, pod={"nodeSelector": {"a": "b"}}),
    )

    def told():
        pods = list(functions.pods().values())
        return pods and pods[0].get("status", {}).get("conditions", [{}])[0]

    until(lambda: told() and told().get("reason") == "Unschedulable")
    words = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) didn't match"
    assert told()["message"].startswith(words)
    cluster.add_node("big", {"a": "b"}, gpu="1")
    functions.complete()
    assert next(iter(functions.pods().values()))["spec"]["nodeName"] == "big"


def service(ask, **port):
    ports = [{"name": "http", "port": 80, **port}]
    spec = {"selector": {"app": "echo"}, "ports": ports}
    return ask.create(SERVICES, {"metadata": {"name": "echo", "labels": {"l": "1"}}, "spec": spec})


def ready(ask):
    """Addresses of all ready endpoints in all slices."""
    items = [each for item in ask.items(SLICES) for each in item["endpoints"]]
    return sorted(each["addresses"][0] for each in items if each["conditions"]["ready"])


def test_slices_and_endpoints_have_the_ready_pods(functions, ask):
    service(ask, targetPort="web")
    functions.deploy(replicas=3, ports=[{"name": "web", "containerPort": 8080}])
    addresses = sorted(each["status"]["podIP"] for each in functions.pods().values())
    until(lambda: ready(ask) == addresses)
    (item,) = ask.items(SLICES)
    labels = item["metadata"]["labels"]
    assert (labels["kubernetes.io/service-name"], labels["l"]) == ("echo", "1")
    assert item["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    assert item["endpoints"][0]["targetRef"]["name"] in functions.pods()
    subsets = ask.get("/api/v1/namespaces/functions/endpoints/echo")["subsets"]
    assert sorted(each["ip"] for each in subsets[0]["addresses"]) == addresses
    ask("DELETE", f"{SERVICES}/echo")
    until(lambda: not ask.items(SLICES))


def test_a_service_has_more_slices_when_one_is_full(cluster, functions, ask):
    cluster.slice_size(2)
    service(ask, targetPort=8080)
    functions.deploy(replicas=5)
    until(lambda: len(ready(ask)) == 5)
    assert sorted(len(each["endpoints"]) for each in ask.items(SLICES)) == [1, 2, 2]
    ask.patch(f"{functions.DEPLOYMENTS}/echo/scale", {"spec": {"replicas": 0}})
    until(lambda: len(ask.items(SLICES)) == 1 and not ready(ask))


def test_what_ends_is_no_target_at_once_and_told_apart_where_the_version_can(
    functions, ask, images
):
    deaf = "import signal, time; signal.signal(15, lambda *_: None)"
    images["program"] = program("-c", f"{deaf}; open('/tmp/up', 'w').close(); time.sleep(1000)")
    service(ask, targetPort=8080)
    # Ready before it is deaf, it would be gone at once.
    functions.deploy(replicas=1, image="program", readinessProbe=PROBE)
    until(lambda: len(ready(ask)) == 1)
    ask.patch(f"{functions.DEPLOYMENTS}/echo/scale", {"spec": {"replicas": 0}})
    until(lambda: not ready(ask))
    (endpoint,) = ask.items(SLICES)[0]["endpoints"]
    assert endpoint["conditions"] == {"ready": False, "serving": True, "terminating": True}
    (endpoint,) = ask.items(SLICES.replace("v1", "v1beta1"))[0]["endpoints"]
    assert endpoint["conditions"] == {"ready": False}
    assert endpoint["topology"] == {"kubernetes.io/hostname": "node-1"}


@pytest.mark.parametrize("wrong", ["selector", "labels", "image", "volume"])
def test_a_deployment_that_cannot_be_is_refused(functions, ask, wrong):
    body = functions.body()
    template = body["spec"]["template"]
    if wrong == "selector":
        del body["spec"]["selector"]
    elif wrong == "labels":
        template["metadata"]["labels"] = {"app": "other"}
    elif wrong == "image":
        template["spec"]["containers"][0]["image"] = ""
    else:
        template["spec"]["containers"][0]["volumeMounts"] = [{"name": "v", "mountPath": "/v"}]
    status, told = ask("POST", functions.DEPLOYMENTS, body)
    assert (status, told["reason"]) == (422, "Invalid")


def test_what_comes_back_has_more_than_was_written(functions, ask):
    made = ask.create(functions.DEPLOYMENTS, functions.body(replicas=0))
    container = made["spec"]["template"]["spec"]["containers"][0]
    assert (container["imagePullPolicy"], container["terminationMessagePolicy"]) == (
        "Always",
        "File",
    )
    assert made["spec"]["revisionHistoryLimit"] == 10
    selector = {"matchLabels": {"app": "other"}}
    assert ask.patch(f"{functions.DEPLOYMENTS}/echo", {"spec": {"selector": selector}})[0] == 422
