"""dcf gateway start: its flags, what it says, and how it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from dcf.providers.process.isolation import AUTO, chosen


def test_asked_to_stop_while_it_deploys_it_stops(write_function, tmp_path, wait_for):
    began = tmp_path / "began"
    slow = (
        f"import pathlib, threading\npathlib.Path({str(began)!r}).touch()\n"
        "threading.Event().wait(30)\n\n\ndef handle(body):\n    return body\n"
    )
    config = write_function(tmp_path / "f", "slow", slow, name="handle")
    command = [sys.executable, "-m", "dcf", "gateway", "start", "--port", "0", "--grpc-port", "0"]
    with subprocess.Popen(
        [*command, "--home", str(tmp_path / "home"), "--deploy", str(config)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as gateway:  # fmt: skip
        wait_for(began.exists)
        gateway.send_signal(signal.SIGTERM)
        _, said = gateway.communicate(timeout=20)
    assert gateway.returncode == 0
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("door", "flag", "other", "variable"),
    [
        ("rest", "--port", "--grpc-port", "DCF_PORT"),
        ("grpc", "--grpc-port", "--port", "DCF_GRPC_PORT"),
    ],
    ids=["rest", "grpc"],
)
def test_a_taken_port_is_named_with_what_to_set(gateways, tmp_path, door, flag, other, variable):
    # Another gateway has it: gRPC servers would share a port quietly if they were let.
    port = getattr(gateways(), door).rpartition(":")[2]
    command = [sys.executable, "-m", "dcf", "gateway", "start", flag, port, other, "0"]
    done = subprocess.run(
        [*command, "--home", str(tmp_path / "other")],
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is in use" in done.stderr
    assert variable in done.stderr
    assert len(done.stderr.splitlines()) == 1  # and none of gRPC's own


def start_alone(folder, *flags, before=()):
    """Start a gateway that must not start, where nothing can be reached; the one line it says."""
    command = [sys.executable, "-m", "dcf", "gateway", "start", "--no-basic-auth", *flags]
    done = subprocess.run(
        [*before, *command, "--home", str(folder / "other")],
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    return line


def can(*command):
    """Whether this machine lets us."""
    return (
        bool(shutil.which(command[0]))
        and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--port", "443", "--grpc-port", "0"], "REST port 443 on 127.0.0.1 needs rights"),
        (["--port", "0", "--grpc-port", "80"], "gRPC port 80 on 127.0.0.1 needs rights"),
    ],
    ids=["rest", "grpc"],
)
def test_a_low_port_without_rights_says_which_may_be_had(tmp_path, flags, said):
    least = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if not least.is_file() or int(least.read_text()) < 1024:
        pytest.skip("here everybody may have a low port")
    drop = ("setpriv", "--bounding-set", "-net_bind_service") if os.geteuid() == 0 else ()
    if drop and not can(*drop):
        pytest.skip("rights cannot be dropped here")
    line = start_alone(tmp_path, *flags, before=drop)
    assert line.startswith(f"Error: {said} that you do not have (Permission denied): ")
    assert "above 1023 with" in line


def test_a_host_that_is_not_known_is_named_where_nothing_can_be_asked(tmp_path):
    alone = ("unshare", "-n")
    if not can(*alone):
        pytest.skip("no network of its own can be had here")
    line = start_alone(tmp_path, "--host", "no.such.host.invalid", before=alone)
    assert line.startswith("Error: host no.such.host.invalid is not known (")
    assert line.endswith("choose another with --host or DCF_HOST")


def test_an_ipv6_host_is_listened_on_and_named_so_that_it_can_be_dialled(gateways):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    gateway = gateways("--host", "::1")
    assert (gateway.rest[:13], gateway.grpc[:6]) == ("http://[::1]:", "[::1]:")
    assert requests.get(f"{gateway.rest}/system/functions", timeout=TIMEOUT).json() == []
    for address in (gateway.rest, gateway.grpc):
        assert gateway.dcf("list", gateway=address).returncode == 0


def test_a_home_serves_one_gateway_at_a_time(gateways, tmp_path):
    first = gateways()
    command = [sys.executable, "-m", "dcf", "gateway", "start", "--port", "0", "--grpc-port", "0"]
    environ = {**os.environ, "DCF_HOME": str(first.home)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT, check=False, env=environ
    )
    assert done.returncode == 1
    assert f"process {first.process.pid}" in done.stderr
    assert "DCF_HOME" in done.stderr


def test_deploy_and_sample_call_once_and_show_three_ways(gateways, write_function, tmp_path):
    sample = tmp_path / "sample.txt"
    sample.write_text("what is sent")
    gateway = gateways("--deploy", write_function(tmp_path / "f"), "--sample", sample)
    assert gateway.process.stdout is not None
    for line in gateway.process.stdout:
        gateway.said.append(line.rstrip())
        if line.startswith("Ready."):
            break
    assert "what is sent" in gateway.said
    said = "\n".join(gateway.said)
    assert f"| dcf function call -g {gateway.rest} echo" in said
    assert f"curl --data-binary @{sample} {gateway.rest}/function/echo" in said
    assert f"base64 {sample} | curl" in said
    assert gateway.end(signal.SIGINT) == 0


def test_a_failed_deploy_ends_the_gateway_with_the_reason(write_function, tmp_path):
    config = write_function(tmp_path / "f", "v", BROKEN)
    command = [sys.executable, "-m", "dcf", "gateway", "start", "--port", "0", "--grpc-port", "0"]
    done = subprocess.run(
        [*command, "--home", str(tmp_path / "home"), "--deploy", str(config)],
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the weights are missing" in done.stderr


TIMEOUT = 30


BROKEN = """
class Handler:
    def __init__(self):
        raise RuntimeError("the weights are missing")

    def __call__(self, req):
        return "never"
"""


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (["--sample", "{file}"], 2, "--sample needs --deploy"),
        (["--deploy", "none.yaml"], 2, "'none.yaml' does not exist"),
        (["--port", "65536"], 2, "from 0 to 65535, got 65536"),
        (["--provider", "moon"], 2, "'moon' is not"),
        (["--min-ready-seconds", "-1"], 2, "-1"),
        (["--isolation", "walls"], 2, "'walls' is not"),
        (["--host", "0.0.0.0"], 1, "--basic-auth"),
        (["--basic-auth", "--secret-mount-path", "nowhere"], 1, "basic-auth-user"),
    ],
)
def test_what_is_wrong_is_told_before_anything_starts(run, tmp_path, flags, code, words):
    (tmp_path / "file").write_text("")
    given = [flag.format(file=tmp_path / "file") for flag in flags]
    done = run("gateway", "start", "--home", tmp_path / "state", *given)
    assert done.exit_code == code, done.output
    assert words in done.stderr
    assert not (tmp_path / "state").exists()


def test_a_setting_of_the_queue_that_cannot_be_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DCF_QUEUE_CALLS", "many")
    done = run("gateway", "start", "--home", tmp_path / "state")
    assert done.exit_code == 1
    assert "DCF_QUEUE_CALLS" in done.stderr


def test_one_line_says_where_it_is_and_the_last_that_it_stops(gateways):
    gateway = gateways("--log-level", "warning")
    (line,) = [each for each in gateway.said if each.startswith("Gateway: ")]
    isolation = chosen(AUTO, gateway.home)
    assert line == (
        f"Gateway: {gateway.rest} (REST), {gateway.grpc} (gRPC), "
        f"provider process, isolation {isolation}, state {gateway.home}"
    )
    assert gateway.end(signal.SIGINT) == 0
    assert gateway.said[-1] == "Stopping ..."
