"""What the kubelet of the cluster in memory does with containers, which are real programs here."""

import base64
import gc
import json
import threading
import urllib.request

import pytest

from tests.kubernetes.fake.cluster import cluster_in
from tests.kubernetes.fake.conftest import Asker, Functions
from tests.kubernetes.fake.kubelet.images import WATCHER, Image, program
from tests.waiting import until

SECRETS = "/api/v1/namespaces/functions/secrets"
MAPS = "/api/v1/namespaces/functions/configmaps"
STAY = "import time; time.sleep(1000)"
UP = {"exec": {"command": ["test", "-e", "/tmp/up"]}, "periodSeconds": 1}
IS_UP = "open('/tmp/up', 'w').close()"


def pod_of(functions):
    (pod,) = functions.pods().values()
    return pod


def log(functions, ask, query=""):
    return ask.text(f"{functions.PODS}/{pod_of(functions)['metadata']['name']}/log?{query}")


def outside_of(folder):
    """A folder of the test in a pod."""
    volume = {"name": "outside", "hostPath": {"path": str(folder)}}
    mount = {"name": "outside", "mountPath": "/outside"}
    return {"pod": {"volumes": [volume]}, "volumeMounts": [mount]}


def started(functions, ask, **given):
    ask.create(functions.DEPLOYMENTS, functions.body(replicas=1, **given))
    return until(functions.container)


def test_a_watcher_serves_calls_on_an_address_of_its_own(functions, ask, images):
    images["dcf/watcher"] = WATCHER
    handler = "def handle(body):\n    return body\n"
    ask.create(MAPS, {"metadata": {"name": "code"}, "data": {"handler.py": handler}})
    volumes = [{"name": "code", "configMap": {"name": "code"}}]
    probe = {"httpGet": {"path": "/_/ready", "port": "http"}, "periodSeconds": 1}
    functions.deploy(
        image="dcf/watcher:1", pod={"volumes": volumes},
        ports=[{"name": "http", "containerPort": 8080}],
        env=[{"name": "HANDLER_NAME", "value": "handle"}], readinessProbe=probe,
        volumeMounts=[{"name": "code", "mountPath": "/dcf/handler"}],
        startupProbe=probe | {"failureThreshold": 30},
    )  # fmt: skip
    addresses = {each["status"]["podIP"] for each in functions.pods().values()}
    assert len(addresses) == 2
    for address in addresses:
        request = urllib.request.Request(
            f"http://{address}:8080", b"hello", {"Content-Type": "text/plain"}
        )
        with urllib.request.urlopen(request, timeout=20) as reply:
            assert reply.read() == b"hello"


def test_init_containers_come_first_and_leave_files(functions, ask, images):
    images["write"] = program("-c", "open('/given/file', 'w').write('from init')")
    images["read"] = program("-c", f"print(open('/given/file').read()); {STAY}")
    mounts = {"volumeMounts": [{"name": "work", "mountPath": "/given"}]}
    before = {"name": "before", "image": "write", **mounts}
    pod = {"volumes": [{"name": "work", "emptyDir": {}}], "initContainers": [before]}
    started(functions, ask, image="read", pod=pod, **mounts)
    until(lambda: log(functions, ask) if functions.container()["ready"] else "")
    assert log(functions, ask) == "from init\n"
    (init,) = pod_of(functions)["status"]["initContainerStatuses"]
    assert init["state"]["terminated"]["reason"] == "Completed"


def test_an_init_container_that_fails_is_tried_again_and_says_why(functions, ask, images):
    images["fails"] = program("-c", "import sys; sys.exit('no disk')")
    before = {
        "name": "before",
        "image": "fails",
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    started(functions, ask, pod={"initContainers": [before]})

    def looping():
        init = pod_of(functions)["status"]["initContainerStatuses"][0]
        return (
            init if init["state"].get("waiting", {}).get("reason") == "CrashLoopBackOff" else None
        )

    init = until(looping)
    assert init["lastState"]["terminated"]["message"] == "no disk\n"
    assert pod_of(functions)["status"]["phase"] == "Pending"
    assert functions.reason() == "PodInitializing"


def test_variables_come_from_lists_objects_and_the_pod(functions, ask, images):
    ask.create(SECRETS, {"metadata": {"name": "s"}, "stringData": {"key": "hidden"}})
    ask.create(MAPS, {"metadata": {"name": "m"}, "data": {"FROM_MAP": "map"}})
    images["program"] = program(
        "-c", f"import json, os; print(json.dumps(dict(os.environ))); {STAY}"
    )
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "$(A) $$(A) $(NONE)"},
        {"name": "C", "valueFrom": {"secretKeyRef": {"name": "s", "key": "key"}}},
        {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
        {"name": "E", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "F", "valueFrom": {"secretKeyRef": {"name": "s", "key": "no", "optional": True}}},
    ]
    started(functions, ask, image="program", env=env, envFrom=[{"configMapRef": {"name": "m"}}])
    until(lambda: functions.container()["ready"] and log(functions, ask))
    found = json.loads(log(functions, ask))
    assert [found.get(key) for key in "ABCDF"] == ["1", "1 $(A) $(NONE)", "hidden", "echo", None]
    assert (found["E"], found["FROM_MAP"]) == (pod_of(functions)["status"]["podIP"], "map")
    assert found["HOSTNAME"] == pod_of(functions)["metadata"]["name"]


def test_a_secret_that_changes_arrives_in_its_volume(functions, ask, images):
    ask.create(SECRETS, {"metadata": {"name": "s"}, "stringData": {"key": "one", "old": ""}})
    images["program"] = program(
        "-c", "import os, time\nwhile True: print([each for each in sorted(os.listdir('/s/in')) "
        "if each[0] != '.'], open('/s/in/key').read()); time.sleep(0.05)",
    )  # fmt: skip
    source = {"secret": {"name": "s"}}
    pod = {"volumes": [{"name": "v", "projected": {"sources": [source]}}]}
    started(
        functions, ask, image="program", pod=pod, volumeMounts=[{"name": "v", "mountPath": "/s/in"}]
    )
    until(lambda: functions.container()["ready"] and "one" in log(functions, ask))
    new = base64.b64encode(b"two").decode()
    ask.patch(f"{SECRETS}/s", {"data": {"key": new, "old": None}})
    # The links to what is gone go after the new files have come: a list may still have them.
    until(lambda: log(functions, ask, "tailLines=1") == "['key'] two\n")


def test_what_a_pod_needs_and_is_not_there_is_waited_for(functions, ask):
    env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]
    started(functions, ask, env=env)
    until(lambda: functions.reason() == "CreateContainerConfigError")
    assert functions.container()["state"]["waiting"]["message"] == 'secret "s" not found'
    ask.create(SECRETS, {"metadata": {"name": "s"}, "stringData": {"k": "v"}})
    until(lambda: functions.container()["ready"])


def waiting_for(functions, reason):
    """The container as it is while it waits for that, which may not be for long."""

    def found():
        each = functions.container()
        is_so = each and each["state"].get("waiting", {}).get("reason") == reason
        return each if is_so else None

    return until(found)


def complaints(ask):
    """The messages of all events."""
    events = ask.items("/api/v1/namespaces/functions/events?fieldSelector=type%3DWarning")
    return {each["message"] for each in events}


def test_a_volume_that_cannot_be_had_is_complained_of_and_waited_for(functions, ask):
    pod = {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}
    started(functions, ask, pod=pod, volumeMounts=[{"name": "v", "mountPath": "/v"}])
    words = 'MountVolume.SetUp failed for volume "v" : secret "s" not found'
    until(lambda: words in complaints(ask))
    assert functions.reason() == "ContainerCreating"
    ask.create(SECRETS, {"metadata": {"name": "s"}, "stringData": {"k": "v"}})
    until(lambda: functions.container()["ready"])


@pytest.mark.parametrize(
    ("image", "reason", "words"),
    [
        ("nowhere/none:1", "ErrImagePull", 'failed to resolve reference "nowhere/none:1"'),
        ("nowhere/none:1", "ImagePullBackOff", 'Back-off pulling image "nowhere/none:1"'),
        ("No Image", "InvalidImageName", "couldn't parse image reference"),
    ],
)
def test_an_image_that_is_not_there_says_so(functions, ask, image, reason, words):
    started(functions, ask, image=image)
    assert words in waiting_for(functions, reason)["state"]["waiting"]["message"]
    assert pod_of(functions)["status"]["phase"] == "Pending"


@pytest.mark.parametrize(
    ("code", "exit_code", "words"),
    [
        ("import sys; print('loading'); sys.exit('no weights')", 1, "loading\nno weights\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", 139, None),
        (
            "open('/dev/termination-log', 'w').write('own words'); raise SystemExit(3)",
            3,
            "own words",
        ),
    ],
)
def test_a_container_that_ends_again_and_again_is_started_ever_later(
    functions, ask, images, code, exit_code, words
):
    images["program"] = program("-c", code)
    started(functions, ask, image="program", terminationMessagePolicy="FallbackToLogsOnError")
    found = waiting_for(functions, "CrashLoopBackOff")
    last = found["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"], last.get("message")) == (exit_code, "Error", words)
    assert found["restartCount"] >= 1
    pause = 2 ** (found["restartCount"] - 1)
    assert found["state"]["waiting"]["message"].startswith(
        f"back-off {pause}s restarting failed container=function pod=echo-"
    )
    assert not found["ready"]
    if words and "loading" in words:
        assert log(functions, ask, "previous=true") == words


def test_one_that_answers_no_more_is_started_again(functions, ask, images):
    images["program"] = program("-c", f"{IS_UP}; {STAY}")
    dies = {
        "exec": {"command": ["sh", "-c", "rm /tmp/up"]},
        "periodSeconds": 1,
        "initialDelaySeconds": 1,
        "failureThreshold": 2,
    }
    started(
        functions,
        ask,
        image="program",
        startupProbe=UP | {"failureThreshold": 30},  # it dies of nothing before it was up
        readinessProbe=UP | {"failureThreshold": 1},
        livenessProbe=dies,
    )
    until(lambda: functions.container()["ready"])
    until(lambda: not functions.container()["ready"])
    until(lambda: functions.container()["restartCount"] == 1)
    assert functions.container()["lastState"]["terminated"]["exitCode"] == 143
    assert "Liveness probe failed: command exited with status 1" in complaints(ask)


def test_one_that_is_not_up_in_time_is_started_again(functions, ask, images):
    images["program"] = program("-c", STAY)
    probe = {"tcpSocket": {"port": 8080}, "periodSeconds": 1, "failureThreshold": 2}
    started(functions, ask, image="program", startupProbe=probe)
    until(lambda: functions.container()["restartCount"] == 1)
    assert not functions.container()["ready"]


def test_log_lines_have_times_and_are_followed_to_the_end(
    cluster, functions, ask, images, tmp_path
):
    waits = "while not os.path.exists('/outside/go'): time.sleep(0.01)"
    code = f"import os, time\nprint('one\\ntwo')\n{waits}\nprint('three')"
    images["program"] = program("-c", code)
    started(functions, ask, image="program", **outside_of(tmp_path))
    until(lambda: functions.container()["ready"] and log(functions, ask) == "one\ntwo\n")
    assert log(functions, ask, "tailLines=1") == "two\n"
    stamp, _, text = log(functions, ask, "timestamps=true&tailLines=1").partition(" ")
    assert (text, stamp.endswith("Z"), len(stamp)) == ("two\n", True, 30)
    assert log(functions, ask, f"sinceTime={stamp}").endswith("two\n")
    assert log(functions, ask, "sinceTime=2999-01-01T00:00:00Z") == ""
    heard = []
    follower = threading.Thread(
        target=lambda: heard.append(log(functions, ask, "follow=true&tailLines=1"))
    )
    asked = len(cluster.requests)
    follower.start()
    until(lambda: any("follow" in path for _, path in cluster.requests[asked:]))
    (tmp_path / "go").touch()
    follower.join(20)
    assert heard == ["two\nthree\n"]
    status, told = ask(
        "GET", f"{functions.PODS}/{pod_of(functions)['metadata']['name']}/log?container=no"
    )
    assert (status, told["reason"]) == (400, "BadRequest")


def test_a_pod_ends_by_its_hook_then_by_a_signal_and_then_for_good(
    functions, ask, images, tmp_path
):
    tells = "def end(*_): open('/outside/story', 'a').write('signal '); sys.exit()"
    images["program"] = program(
        "-c", f"import signal, sys\n{tells}\nsignal.signal(15, end)\n{IS_UP}; {STAY}"
    )
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "printf 'hook ' >> /outside/story"]}}}
    outside = outside_of(tmp_path)
    functions.deploy(image="program", replicas=1, lifecycle=hook, readinessProbe=UP, **outside)
    name = pod_of(functions)["metadata"]["name"]
    ask("DELETE", f"{functions.DEPLOYMENTS}/echo")
    until(lambda: ask("GET", f"{functions.PODS}/{name}")[0] == 404)
    assert (tmp_path / "story").read_text() == "hook signal "


def test_one_that_does_not_end_is_ended_after_its_time(functions, ask, images):
    code = f"import signal; signal.signal(15, signal.SIG_IGN); {IS_UP}; {STAY}"
    images["program"] = program("-c", code)
    pod = {"terminationGracePeriodSeconds": 1}
    functions.deploy(image="program", replicas=1, pod=pod, readinessProbe=UP)
    name = pod_of(functions)["metadata"]["name"]
    status, told = ask("DELETE", f"{functions.PODS}/{name}")
    assert (status, "deletionTimestamp" in told["metadata"]) == (200, True)
    until(lambda: ask("GET", f"{functions.PODS}/{name}")[0] == 404)


def test_what_a_probe_runs_as_the_cluster_ends_is_ended_with_it(tmp_path):
    """Else its pipe is left open, which is a fault of whichever test runs when it is collected."""
    asks = {"exec": {"command": ["sh", "-c", "> /tmp/asked; sleep 1000"]}, "timeoutSeconds": 100}
    for number in range(3):
        folder = tmp_path / str(number)
        with cluster_in(folder, {"hollow": Image(())}) as cluster:
            ask = Asker(cluster)
            body = Functions(ask).body(replicas=8, readinessProbe=asks)
            ask.create(Functions.DEPLOYMENTS, body)
            until(lambda: len(list(folder.glob("pods/*/tmp/asked"))) == 8)  # noqa: B023 - in turn
        del cluster, ask
        gc.collect()  # what was left open is a warning, and a failure
