"""What events say of pods whose own status says nothing."""

import asyncio
import dataclasses

import pytest

from dcf.providers.kubernetes.pod_warnings import pod_warning, warned
from dcf.providers.kubernetes.reading import pod_record
from dcf.providers.notices import UNHEALTHY
from dcf.providers.restart_kind import restart_kind
from tests.dcf.providers.kubernetes.objects import container, pod
from tests.dcf.providers.kubernetes.on_cluster import CORE, SPEC, api_of, cluster_in, put, viewing
from tests.dcf.providers.kubernetes.recorded import EVENTS, PODS
from tests.waiting import until_async

TOLD = {
    "secretvol": "secret nosecret is not here any more: create it again",
    "mapvol": "config map nomap is not here",
    "projvol": "config map nomap is not here",
    "readiness": "its readiness probe fails: connection refused at /_/ready",
    "startup": "its startup probe fails: connection refused at /_/ready",
}


@pytest.mark.parametrize("name", sorted(TOLD))
def test_what_a_real_cluster_said_of_it(name):
    record = pod_record(PODS[name][-1])
    warnings = [
        found for each in EVENTS if (found := pod_warning(each)) and found.pod == record.name
    ]
    assert warned(record, warnings).trouble == TOLD[name]
    assert not warned(record, warnings).hopeless


def test_what_the_status_says_itself_is_not_said_twice():
    record = pod_record(PODS["crash"][-1])
    warnings = [
        found for each in EVENTS if (found := pod_warning(each)) and found.pod == record.name
    ]
    assert warned(record, warnings) == record


def test_one_that_its_node_ended_for_a_failing_probe_was_unhealthy():
    record = pod_record(PODS["liveness"][-1])
    warnings = [
        found for each in EVENTS if (found := pod_warning(each)) and found.pod == record.name
    ]
    found = warned(record, warnings)
    words = "unhealthy: its liveness probe fails: cat: /tmp/.lock: No such file or directory"
    assert (found.last_exit.cause, found.last_exit.reason, found.trouble) == (words, words, words)
    assert restart_kind(found.last_exit.reason) == UNHEALTHY
    late = [dataclasses.replace(each, at="2026-11-28T09:00:00Z") for each in warnings]
    assert warned(record, late).last_exit == record.last_exit
    odd = [dataclasses.replace(each, at="") for each in warnings]
    assert warned(record, odd).last_exit == record.last_exit
    crashed = pod_record(PODS["crash"][-1])
    assert warned(crashed, warnings).last_exit == crashed.last_exit


def event(reason, message, kind="Pod", at="2026-11-28T02:00:00Z", **more):
    return {
        "metadata": {"name": f"e-{at}", "creationTimestamp": at},
        "reason": reason, "message": message,
        "involvedObject": {"kind": kind, "name": "echo-s1-abcde"}, "lastTimestamp": at, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "message", "words"),
    [
        (
            "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503",
            "its readiness probe fails: HTTP status 503",
        ),
        (
            "Unhealthy",
            'Liveness probe failed: Get "http://10.0.0.1:8080/_/health": context deadline exceeded '
            "(Client.Timeout exceeded while awaiting headers)",
            "its liveness probe fails: no answer in time",
        ),
        (
            "Unhealthy",
            "Liveness probe failed: cat: /tmp/.lock: No such file or directory\n",
            "its liveness probe fails: cat: /tmp/.lock: No such file or directory",
        ),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "v" : references non-existent secret key: k',
            'a volume cannot be had: MountVolume.SetUp failed for volume "v" : references '
            "non-existent secret key: k",
        ),
        (
            "FailedCreatePodSandBox",
            "Failed to create pod sandbox: no IP addresses available",
            "its node cannot make room for it: Failed to create pod sandbox: no IP addresses "
            "available",
        ),
    ],
)
def test_one_line_says_what_fails(reason, message, words):
    assert pod_warning(event(reason, message)).words == words


@pytest.mark.parametrize(
    "found",
    [
        event("BackOff", "Back-off restarting failed container"),
        event("FailedScheduling", "0/2 nodes are available: 2 Insufficient cpu."),
        event("FailedCreate", "Error creating: pods", kind="ReplicaSet"),
        event("FailedMount", "Unable to attach or mount: timed out waiting for the condition"),
        event("FailedMount", "failed to sync secret cache"),
        event("Unhealthy", "something else"),
        {"metadata": {"name": "a"}},
    ],
)
def test_what_says_nothing_more_than_the_status_is_left_out(found):
    assert pod_warning(found) is None


def test_the_last_word_counts_and_a_ready_pod_is_in_no_trouble():
    older = pod_warning(event("Unhealthy", "Startup probe failed: a", at="2026-11-28T02:00:00Z"))
    newer = pod_warning(
        event(
            "Unhealthy", "Readiness probe failed: b", at="2026-11-28T02:00:09Z", lastTimestamp=None
        )
    )
    starting = pod_record(pod(status=container(running={})))
    assert warned(starting, [newer, older]).trouble == "its readiness probe fails: b"
    assert warned(starting, []) == starting
    ready = pod_record(pod())
    assert warned(ready, [newer]) == ready
    assert warned(dataclasses.replace(starting, ending=True), [newer]).trouble == ""


def test_a_view_tells_what_is_said_of_its_pods(tmp_path):
    async def steps(cluster):
        async with api_of(cluster) as api, viewing(api) as view:
            await put(api, spec=dataclasses.replace(SPEC, image="lost:1"))
            await until_async(lambda: view.pods.of("echo"))
            (found,) = view.pods.of("echo")
            said = event("FailedMount", 'secret "s" not found')
            said["involvedObject"]["name"] = found.name
            said["type"] = "Warning"
            said["metadata"]["name"] = f"{found.name}.1"
            await api.create(f"{CORE}/events", said)
            await until_async(lambda: view.warnings.of(found.name))
            assert view.of("echo").pods[0].trouble

    with cluster_in(tmp_path) as cluster:
        asyncio.run(asyncio.wait_for(steps(cluster), 60))
