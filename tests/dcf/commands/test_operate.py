"""scale, ready, history, rollback and log, over both wires."""

import json
import signal
import threading

import pytest
import yaml

VERSION = "def handle(body):\n    print('said {0}', flush=True)\n    return '{0}'\n"


@pytest.fixture(scope="module")
def versions(tmp_path_factory, write_function, module_gateway):
    """The gateway with `v`, deployed as `one` and then as `two`."""
    folder = tmp_path_factory.mktemp("versions")
    for version in ("one", "two"):
        module_gateway.deploy(write_function(folder, "v", VERSION.format(version), name="handle"))
    return module_gateway


def text(done):
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_history_tells_digest_time_and_who_newest_first(versions, wire):
    gateway = getattr(versions, wire)
    newest, oldest = json.loads(text(versions.dcf("history", "v", "--json", gateway=gateway)))[:2]
    assert newest["number"] > oldest["number"]
    assert newest["serving"]
    assert newest["image"].startswith("archive:sha256:")
    assert "@" in newest["by"]
    head, first, *_ = text(versions.dcf("history", "v", gateway=gateway)).splitlines()
    assert head.split() == ["Revision", "Status", "Deployed", "By", "Image", "Reason"]
    assert first.split()[:3] == [str(newest["number"]), "serving", newest["deployed_at"]]


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_rollback_waits_until_the_old_code_serves(versions, wire):
    gateway = getattr(versions, wire)
    before = text(versions.dcf("call", "v", stdin=b"x"))
    said = text(versions.dcf("rollback", "v", gateway=gateway))
    after = text(versions.dcf("call", "v", stdin=b"x"))
    assert {before, after} == {"one", "two"}
    assert said.splitlines()[0].startswith("Rolling back: v to the revision before, as revision")
    assert "serves archive:sha256:" in said
    text(versions.dcf("rollback", "v", "1" if before == "one" else "2", gateway=gateway))
    assert text(versions.dcf("call", "v", stdin=b"x")) == before


def test_a_revision_that_is_not_there_is_named(versions):
    done = versions.dcf("rollback", "v", "99")
    assert (done.returncode, b"99" in done.stderr) == (1, True)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_scaling_and_waiting_until_ready(versions, wire):
    gateway = getattr(versions, wire)
    assert text(versions.dcf("scale", "v", "0", gateway=gateway)) == "Scaled: v to 0 replicas\n"
    late = versions.dcf("ready", "v", "--timeout", "0.2", gateway=gateway)
    assert (late.returncode, b"not ready after 0.2 s" in late.stderr) == (1, True)
    text(versions.dcf("scale", "v", "1", gateway=gateway))
    assert text(versions.dcf("ready", "v", gateway=gateway)) == "Function v is ready.\n"
    assert text(versions.dcf("call", "v", stdin=b"x"))


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_info_and_list_as_json_say_what_their_text_says(versions, wire):
    gateway = getattr(versions, wire)
    found = json.loads(text(versions.dcf("info", "v", "--json", gateway=gateway)))
    assert found == yaml.safe_load(text(versions.dcf("info", "v", gateway=gateway)))
    assert found in json.loads(text(versions.dcf("list", "--json", gateway=gateway)))


def test_log_lines_are_filtered_and_are_json_where_no_terminal_is(versions):
    text(versions.dcf("call", "v", stdin=b"x"))
    lines = text(versions.dcf("log", "v", "--tail", "2")).splitlines()
    assert len(lines) == 2
    line = json.loads(lines[0])
    assert set(line) == {"name", "instance", "timestamp", "text"}
    assert len(text(versions.dcf("log", "v", "--json")).splitlines()) > 2
    assert text(versions.dcf("log", "v", "--since", "2999-01-01T00:00:00Z")) == ""
    assert text(versions.dcf("log", "v", "--since", "1h")) != ""
    assert text(versions.dcf("log", "v", "--tail", "0")) == ""
    own = text(versions.dcf("log", "v", "--instance", line["instance"])).splitlines()
    assert {json.loads(each)["instance"] for each in own} == {line["instance"]}
    wrong = versions.dcf("log", "v", "--since", "yesterday")
    assert (wrong.returncode, b"RFC 3339" in wrong.stderr) == (2, True)


def test_log_follows_as_lines_come_and_ctrl_c_ends_it_quietly(versions, start_dcf):
    process = start_dcf("function", "log", "-g", versions.rest, "v", "-f", "--tail", "1")
    assert json.loads(process.stdout.readline())["name"] == "v"
    text(versions.dcf("call", "v", stdin=b"x"))
    watchdog = threading.Timer(20, process.kill)
    watchdog.start()
    while "said " not in json.loads(process.stdout.readline())["text"]:
        pass
    watchdog.cancel()
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=10)
    assert (process.returncode, complaint) == (130, "")


def test_delete_takes_several_and_tells_of_each_that_failed(
    module_gateway, write_function, tmp_path
):
    for name in ("one", "two"):
        module_gateway.deploy(write_function(tmp_path / name, name))
    done = module_gateway.dcf("delete", "one", "nope", "two")
    assert done.returncode == 1
    assert done.stdout == b"Deleted: one\nDeleted: two\n"
    assert done.stderr.startswith(b"Error: did not delete: ")
    assert len(done.stderr.splitlines()) == 1
