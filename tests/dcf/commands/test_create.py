"""build, and the flags of create: what is packed, deployed, and how often."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from tests.terminal import at_a_terminal
from tests.waiting import until


def test_build_archive_says_what_would_travel_and_stores_nothing(dcf, write_function, tmp_path):
    write_function(tmp_path)
    done = dcf("function", "build", "--archive", "-v", cwd=tmp_path)
    said = done.stdout.decode().splitlines()
    assert said[0] == "Building function (echo) ..."
    assert said[1] == "  src/handler.py"
    assert re.fullmatch(r"Image: archive:sha256:[0-9a-f]{64} built in local environment\.", said[2])
    assert said[3].startswith("Packed: 1 files, 0.0 MB; nothing was stored or sent")
    again = dcf("function", "build", "--archive", "-f", "config.yaml", cwd=tmp_path)
    assert again.stdout.decode().splitlines()[1] == said[2]
    assert dcf("function", "build", "other", cwd=tmp_path).returncode == 2


def test_without_f_the_usual_file_is_read_or_the_last_yaml(dcf, write_function, tmp_path):
    none = dcf("function", "build", "--archive", cwd=tmp_path)
    assert (none.returncode, b"-f" in none.stderr) == (1, True)
    config = write_function(tmp_path, "usual")
    other = tmp_path / "z-other.yaml"
    other.write_text(config.read_text().replace("usual", "other"))
    assert b"(usual)" in dcf("function", "build", "--archive", cwd=tmp_path).stdout
    config.unlink()
    assert b"(other)" in dcf("function", "build", "--archive", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--replace",), b'one of "--update" flag or "--replace" flag must be false'),
        (("--min", "3", "--max", "2"), b"--min 3 is more than --max 2"),
        (("--canary", "0.1", "--shadow", "0.1"), b"--canary and --shadow are two ways"),
        (("--agreement", "0.9"), b"--agreement SHARE is nothing without --canary SHARE"),
        (("--canary", "0.6"), b"--canary must be a number from 0.001 to 0.5, got 0.6"),
    ],
    ids=["replace-and-update", "min-over-max", "two-ways", "agreement-alone", "too-much"],
)
def test_flags_that_exclude_each_other(echo_gateway, write_function, tmp_path, flags, words):
    done = echo_gateway.dcf("deploy", "-f", write_function(tmp_path), *flags)
    assert (done.returncode, words in done.stderr) == (2, True)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_replace_begins_anew_with_as_many_replicas_as_asked_for(
    module_gateway, write_function, tmp_path, wire
):
    gateway = getattr(module_gateway, wire)
    config = write_function(tmp_path, "r")
    flags = (
        "--update=false",
        "--replace",
        "--min",
        "2",
        "--max",
        "4",
        "--registry",
        "ignored:5000",
    )
    first = module_gateway.dcf("create", "-f", config, "--update", gateway=gateway)
    assert first.returncode == 0
    # Functions are called over HTTP, whatever wire deployed them.
    assert f"http trigger url: {module_gateway.rest}/function/r" in first.stdout.decode()
    done = module_gateway.dcf("create", "-f", config, *flags, gateway=gateway)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(module_gateway.dcf("info", "r", "--json", gateway=gateway).stdout)
    assert told["replicas"] == told["availablereplicas"] == 2
    assert told["labels"]["com.openfaas.scale.max"] == "4"
    history = json.loads(module_gateway.dcf("history", "r", "--json").stdout)
    assert len(history) == 1
    taken = module_gateway.dcf("create", "-f", config, "--update=false", gateway=gateway)
    assert b"Function r already exists. failed deploying." in taken.stderr
    module_gateway.dcf("delete", "r")


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_what_the_gateway_installs_is_told_to_who_watches(
    module_gateway, write_function, tmp_path, wire
):
    gateway = getattr(module_gateway, wire)
    config = write_function(tmp_path, "req")
    (tmp_path / "src" / "requirements.txt").write_text("nothing @ file:///no/such/nothing.whl\n")
    said = module_gateway.dcf("create", "-f", config, "-v", gateway=gateway)
    assert (said.returncode, b"installing requirements.txt" in said.stdout) == (1, True)
    again = module_gateway.dcf("create", "-f", config, gateway=gateway)
    assert (again.returncode, b"installing" in again.stdout) == (1, False)
    module_gateway.dcf("delete", "req")


HANGS = "import os\nos.read(os.open({!r}, os.O_RDWR), 1)\n"


@pytest.fixture
def hanging(module_gateway, write_function, tmp_path):
    """The config file of a function whose newest version hangs while it starts; two serve."""
    module_gateway.dcf("create", "-f", write_function(tmp_path, "h"))
    module_gateway.dcf("scale", "h", "2")
    assert module_gateway.dcf("ready", "h").returncode == 0
    os.mkfifo(tmp_path / "gate")
    yield write_function(tmp_path, "h", HANGS.format(str(tmp_path / "gate")))
    module_gateway.dcf("delete", "h")


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_ctrl_c_says_that_the_deploy_goes_on_and_how_to_undo_it(module_gateway, hanging, wire):
    gateway = getattr(module_gateway, wire)
    command = (sys.executable, "-m", "dcf", "function", "create", "-f", hanging, "-g", gateway)
    with at_a_terminal(*command) as (create, _, told):
        # The old two do not count.
        until(lambda: "h: revision 2: 0 of 2 ready; revision 1 still" in told.text)
        create.send_signal(signal.SIGINT)
        assert create.wait(30) == 130
    assert "Interrupted: the gateway goes on with h (revision 2: 0 of 2 ready" in told.text
    assert f"undo it:  dcf function rollback h 1 -g {gateway}\n" in told.text
    status = json.loads(module_gateway.dcf("info", "h", "--json").stdout)
    assert status["annotations"]["dcf.rollout"] == "progressing"
    undone = module_gateway.dcf("rollback", "h", "1")
    assert undone.returncode == 0, undone.stderr
    (newest, given_up, _) = json.loads(module_gateway.dcf("history", "h", "--json").stdout)
    assert newest["serving"]
    assert "given up for revision 3" in given_up["reason"]


def test_ctrl_c_in_a_pipe_and_what_was_still_to_come(module_gateway, hanging, tmp_path):
    config = hanging.read_text()
    hanging.write_text(config + config.partition("functions:\n")[2].replace("  h:", "  later:"))
    command = [sys.executable, "-m", "dcf", "function", "create", "-g", module_gateway.rest]
    create = subprocess.Popen(
        [*command, "-f", hanging], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    # Nobody sits before a silent screen; what a slow machine is busy with before is told, too.
    told = re.compile(r"  \d+ s, h: revision 2: 0 of 2 ready; revision 1 still serves\n")
    assert any(map(told.fullmatch, create.stderr))
    create.send_signal(signal.SIGINT)
    rest = create.communicate(timeout=30)[1]
    assert (create.returncode, "Not deployed: later." in rest) == (130, True)
    assert "the gateway goes on with h" in rest


@pytest.mark.parametrize("wire", ["rest", "grpc"])
@pytest.mark.parametrize(
    ("flags", "mode"),
    [(("--canary", "0.25", "--agreement", "0.9"), "canary"), (("--shadow", "1"), "shadow")],
)
def test_a_canary_or_shadow_is_asked_for_by_flags_on_every_wire(
    module_gateway, write_function, tmp_path, wire, flags, mode
):
    name, gateway = f"{mode}-{wire}", getattr(module_gateway, wire)
    module_gateway.deploy(write_function(tmp_path, name))
    config = write_function(tmp_path, name, "def handle(body):\n    return body\n", name="handle")
    done = module_gateway.dcf("create", "-f", config, *flags, gateway=gateway)
    assert done.returncode == 0, done.stderr.decode()
    assert f" s as a {mode}: `dcf function history {name}` has the verdict." in done.stdout.decode()
    told = json.loads(module_gateway.dcf("info", name, "--json", gateway=gateway).stdout)
    assert told["annotations"]["dcf.rollout-mode"] == mode
    done = module_gateway.dcf("abandon", name, gateway=gateway)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(module_gateway.dcf("info", name, "--json", gateway=gateway).stdout)
    assert "dcf.rollout-mode" not in told["annotations"]
    module_gateway.dcf("delete", name)
