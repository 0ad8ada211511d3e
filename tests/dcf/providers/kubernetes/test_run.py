"""How the containers of a pod run, from its status."""

import pytest

from dcf.providers.kubernetes.run import Run
from tests.dcf.providers.kubernetes.objects import LATER, PLACED, READY, container, end, pod

BACK_OFF = {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container=a"}


def run(status, **more):
    return Run("echo", pod(status=status, **more))


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        (container(running={}), 0),
        (container(waiting={"reason": "ContainerCreating"}), 0),
        (container(terminated=end()), 1),
        (container(True, 1, end(), running={}), 1),
        (container(False, 1, end(), terminated=end()), 2),
        (container(False, 1, end(), waiting=BACK_OFF), 2),
    ],
)
def test_an_end_counts_from_when_it_happened(status, ends):
    assert run(status).ends == ends


def test_an_end_that_was_asked_for_does_not_count():
    found = pod(status=container(terminated=end(0)))
    found["metadata"]["deletionTimestamp"] = LATER
    assert (Run("echo", found).ends, Run("echo", found).exit) == (0, None)


def test_it_is_hopeless_at_the_second_end_before_it_is_ready():
    assert not run(container(terminated=end())).trouble.is_hopeless
    assert run(container(False, 1, end(), running={})).trouble == run(
        container(terminated=end())
    ).trouble  # fmt: skip
    assert run(container(False, 2, end(), running={})).trouble.is_hopeless
    assert run(container(True, 2, end(), running={})).trouble.words == ""


def test_a_loop_says_how_often_and_when_next():
    last = "last: exited with status 1"
    assert run(container(False, 1, end(), waiting=BACK_OFF)).crash_loop == ""
    assert run(container(False, 2, end(), waiting=BACK_OFF)).crash_loop == (
        f"crash loop: restarted 3 times, next try within 40s, {last}"
    )
    assert run(container(False, 3, end(), running={})).crash_loop == (
        f"crash loop: restarted 3 times, trying now, {last}"
    )
    assert run(container(True, 9, end(), running={})).crash_loop == ""


def test_errors_of_calls_are_no_reasons_and_those_of_a_start_are():
    said = end(1, "2026-11-21T10:00:00Z ERROR no weights\nbye\n")
    starting = run(container(terminated=said))
    assert starting.exit.reason == "exited with status 1: no weights"
    unready = {
        **READY,
        "status": "False",
        "reason": "ContainersNotReady",
        "lastTransitionTime": LATER,
    }
    served = run(container(terminated=said), conditions=[unready, PLACED])
    assert served.exit.reason == "exited with status 1; its last line: bye"


@pytest.mark.parametrize(
    ("ip", "ports", "address"),
    [
        ("10.0.0.7", [{"name": "http", "containerPort": 9000}], "http://10.0.0.7:9000"),
        ("10.0.0.7", [{"containerPort": 50051}, {"containerPort": 8080}], "http://10.0.0.7:8080"),
        ("10.0.0.7", [{"containerPort": 5000}], "http://10.0.0.7:5000"),
        ("10.0.0.7", [], "http://10.0.0.7:8080"),
        ("fd00::7", [], "http://[fd00::7]:8080"),
        ("", [], ""),
    ],
)
def test_an_exit_has_the_address_of_its_target(ip, ports, address):
    found = pod(status=container(terminated=end()), podIP=ip)
    found["spec"]["containers"][0]["ports"] = ports
    assert Run("echo", found).exit.address == address


def test_the_function_stands_beside_other_containers():
    found = pod(status=container(terminated=end(7)))
    mesh = {"name": "mesh", "image": "mesh:1"}
    found["spec"]["containers"].insert(0, mesh)
    found["status"]["containerStatuses"].insert(0, container(True, name="mesh", running={}))
    assert Run("echo", found).exit.cause == "exited with status 7"


def test_what_fails_before_it_starts_is_told_with_its_name():
    found = pod(status=container(waiting={"reason": "PodInitializing"}))
    ended = end(1, "the digest is another")
    found["status"]["initContainerStatuses"] = [
        container(name="first", terminated=end(0, reason="Completed")),
        container(False, 1, ended, name="unpack", waiting=BACK_OFF),
    ]
    trouble = Run("echo", found).trouble
    assert trouble.words == (
        "before it starts, unpack: exited with status 1; its last line: the digest is another"
    )
    assert trouble.is_hopeless
    found["status"]["initContainerStatuses"].pop()
    assert Run("echo", found).trouble.words == ""
