"""What is wrong with a pod is told in one line, whichever year's Kubernetes says so."""

import pytest

from dcf.providers.kubernetes.reading import pod_record
from dcf.providers.kubernetes.trouble import Trouble, missing, pod_trouble
from tests.dcf.providers.kubernetes.objects import PLACED, READY, container, pod
from tests.dcf.providers.kubernetes.recorded import PODS

ENDED = "exited with status 0, though nobody asked it to"
OOM = "killed by signal 9 (SIGKILL): memory ran out, over its memory limit of 64Mi: raise"
# By what was wrong on purpose: what is told in the end, and whether it is hopeless.
TOLD = {
    "badname": ("image Nope::x is no name of an image: Failed to apply default image tag", True),
    "cpu": ("no node takes it; 2 of 2: too little cpu (100 asked for)", False),
    "crash": ("exited with status 1; its last line: no weights", True),
    "gpu": ("no node takes it; 2 of 2: too little nvidia.com/gpu (1 asked for)", False),
    "initfail": (
        "before it starts, unpack: exited with status 1; its last line: the digest is another",
        True,
    ),
    "keyenv": ("secret here has no key k", True),
    "liveness": ("killed by signal 9 (SIGKILL), by its node or by a program in it: memory", True),
    "lowmem": ("no node takes it; 2 of 2: too little memory (200Gi asked for)", False),
    "mapenv": ("config map nomap is not here", True),
    "mapvol": ("", False),
    "never": ("image nope:2 is not on the node, and the image pull policy is Never", True),
    "nocmd": ("the process cannot be started: nosuchprogram: executable file not found", True),
    "nodir": ("the process cannot be started: mkdir /proc/nope: no such file or directory", True),
    "oom": (OOM, True),
    "projvol": ("", False),
    "pull": ("image 127.0.0.1:1/nope:1 cannot be pulled: failed to do request: Head", True),
    "readiness": ("", False),
    "root": ("its image runs as root, and functions may not: set USER in its Dockerfile", True),
    "secretenv": ("secret nosecret is not here any more: create it again", True),
    "secretvol": ("", False),
    "segv": ("killed by signal 11 (SIGSEGV), a fault in compiled code; in string_at (", True),
    "selector": ("no node takes it; 2 of 2: not what constraints ask for", False),
    "startup": ("", False),
    "zero": (ENDED, True),
}


@pytest.mark.parametrize("name", sorted(PODS))
def test_what_a_real_cluster_said_of_it(name):
    words, is_hopeless = TOLD[name]
    record = None
    for each in PODS[name]:
        record = pod_record(each, record)
    assert (record.trouble[: len(words)], record.hopeless) == (words, is_hopeless)
    assert bool(record.trouble) == bool(words)
    assert "\n" not in record.trouble
    assert len(record.trouble) <= 600


def waiting(reason, message="", **more):
    return pod(status=container(waiting={"reason": reason, "message": message}), **more)


PULL = "image echo:1 cannot be pulled: "


@pytest.mark.parametrize(
    ("reason", "message", "words", "is_hopeless"),
    [
        ("ContainerCreating", "", "", False),
        ("PodInitializing", "", "", False),
        ("CrashLoopBackOff", "back-off 10s restarting failed container", "", False),
        (
            "ErrImagePull",
            "rpc error: code = Unknown desc = Error response from daemon: pull access denied for "
            "echo, repository does not exist or may require 'docker login': denied: requested "
            "access to the resource is denied",
            PULL + "there is none of this name in its registry, or it needs a key: pull access "
            "denied for echo, repository does not exist or may require 'docker login': denied: "
            "requested access to the resource is denied",
            False,
        ),
        (
            "ErrImagePull",
            'rpc error: code = NotFound desc = failed to pull and unpack image "r.example/echo:1": '
            'failed to resolve reference "r.example/echo:1": r.example/echo:1: not found',
            PULL + "there is none of this name in its registry, or it needs a key: "
            "not found",
            False,
        ),
        (
            "ImagePullBackOff",
            'Back-off pulling image "echo:1": ErrImagePull: rpc error: code = Unknown desc = '
            'failed to pull and unpack image "r.example/echo:1": failed to resolve reference '
            '"r.example/echo:1": unexpected status from HEAD request to https://r.example/v2/echo: '
            "401 Unauthorized",
            PULL + "unexpected status from HEAD request to https://r.example/v2/echo: "
            "401 Unauthorized",
            True,
        ),
        (
            "ImagePullBackOff",
            'Back-off pulling image "echo:1"',
            PULL + "it is tried again and again",
            True,
        ),
        (
            "CreateContainerConfigError",
            "container has runAsNonRoot and image will run as root (pod: \"a\", container: b)",
            "its image runs as root, and functions may not: set USER in its Dockerfile",
            True,
        ),
        (
            "CreateContainerConfigError",
            "failed to prepare subPath for volumeMount",
            "its container cannot be made: failed to prepare subPath for volumeMount",
            True,
        ),
        ("SignatureValidationFailed", "no policy", "SignatureValidationFailed: no policy", False),
        ("PostStartHookError", "", "PostStartHookError", False),
    ],
)  # fmt: skip
def test_what_a_container_waits_for(reason, message, words, is_hopeless):
    assert pod_trouble(waiting(reason, message)) == Trouble(words, is_hopeless)


def test_between_two_tries_to_pull_the_first_error_is_kept():
    first = pod_record(waiting("ErrImagePull", "dial tcp: connection refused"))
    again = pod_record(waiting("ImagePullBackOff", 'Back-off pulling image "echo:1"'), first)
    assert again.trouble == first.trouble == PULL + "dial tcp: connection refused"
    other = pod_record(waiting("ImagePullBackOff", 'Back-off pulling image "echo:2"'), first)
    assert other.trouble == "image echo:2 cannot be pulled: it is tried again and again"


def test_a_pod_whose_node_is_lost_is_unready_though_its_containers_were_ready():
    lost = {"type": "Ready", "status": "False"}
    status = container(True, running={})
    found = pod(status=status, conditions=[lost, PLACED])
    assert pod_trouble(found) == Trouble("its node node-1 does not answer")
    gated = pod(status=status, conditions=[{**lost, "reason": "ReadinessGatesNotReady"}, PLACED])
    assert pod_trouble(gated) == Trouble()
    found = pod(status=container(running={}), conditions=[lost, PLACED], reason="NodeLost")
    assert pod_trouble(found) == Trouble("its node node-1 does not answer")
    assert pod_trouble(pod(conditions=[READY, PLACED])) == Trouble()


@pytest.mark.parametrize(
    ("reason", "message", "words"),
    [
        (
            "Evicted",
            "The node was low on resource: memory. Container function was using 100Mi, which "
            "exceeds its request of 0. ",
            "its node ended it: The node was low on resource: memory. Container function was using "
            "100Mi, which exceeds its request of 0.",
        ),
        (
            "UnexpectedAdmissionError",
            "Pod Allocate failed due to requested number of devices unavailable for nvidia.com/gpu",
            "it could not stay on its node: UnexpectedAdmissionError: Allocate failed due to "
            "requested number of devices unavailable for nvidia.com/gpu",
        ),
        ("", "", "it could not stay on its node: Failed"),
    ],
)
def test_a_pod_that_its_node_gave_up_says_why(reason, message, words):
    found = pod(ready=False, phase="Failed", reason=reason, message=message)
    assert pod_trouble(found) == Trouble(words)


def test_a_pod_that_is_ending_or_ready_is_in_no_trouble():
    found = waiting("ImagePullBackOff")
    found["metadata"]["deletionTimestamp"] = "2026-11-28T02:00:00Z"
    record = pod_record(found)
    assert (record.ending, record.ready, record.trouble, record.hopeless) == (
        True,
        False,
        "",
        False,
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('secret "a" not found', "secret a is not here any more: create it again"),
        ('MountVolume.SetUp failed: configmap "b" not found', "config map b is not here"),
        ("couldn't find key k in ConfigMap functions/b", "configmap b has no key k"),
        ("references non-existent secret key: k", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(message, words):
    assert missing(message) == words
