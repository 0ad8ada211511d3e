"""Each runtime's template works as the tutorial says: init, create, call."""

import json
from pathlib import Path

import pytest
import yaml

SAMPLE = Path(__file__).parents[3] / "samples" / "coffee.jpg"


@pytest.fixture
def make(dcf, echo_gateway, tmp_path):
    """`make(runtime, name)` gives a function that calls what init and create have made."""
    made = []

    def run(runtime, name):
        done = dcf("function", "init", "-r", runtime, name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        folder = tmp_path / name
        done = dcf("function", "create", "-f", "config.yaml", "-g", echo_gateway.rest, cwd=folder)
        assert done.returncode == 0, done.stderr.decode()
        made.append(name)

        def call(*flags, stdin=b"", gateway=echo_gateway.rest):
            done = dcf("function", "call", "-g", gateway, name, *flags, stdin=stdin)
            assert done.returncode == 0, done.stderr.decode()
            return done.stdout

        return call

    yield run
    for name in made:
        dcf("function", "delete", "-g", echo_gateway.rest, name)


@pytest.mark.parametrize("runtime", ["python3", "python"])
def test_python3_answers_what_came(make, runtime):
    assert make(runtime, f"t-{runtime}")(stdin=b"Hello DCF!\n") == b"Hello DCF!\n"


def test_python3_http_sees_method_path_and_query(make):
    call = make("python3-http", "t-http")
    assert call("--path", "who", "--method", "PUT", stdin=b"me") == b"PUT /who: me"


def test_streaming_takes_and_gives_bytes_over_invokes(make, echo_gateway):
    call = make("streaming", "t-stream")
    sent = bytes(range(256))
    assert call(stdin=sent, gateway=echo_gateway.grpc) == sent[::-1]


def test_python3_detection_finds_the_cup(make):
    call = make("python3-detection", "t-detection")
    first, *_ = json.loads(call("--file", SAMPLE))
    assert first["class"] == "cup"
    (only,) = json.loads(call("--file", SAMPLE, "--query", "classes=cup"))
    assert only == first
    picture = call("--file", SAMPLE, "--header", "Accept: image/png")
    assert picture.startswith(b"\x89PNG")


def test_runtimes_are_listed_with_those_of_ones_own(dcf, tmp_path):
    (tmp_path / "runtime" / "mine" / "src").mkdir(parents=True)
    (tmp_path / "runtime" / "mine" / "src" / "main.py").write_text(
        "def go(req):\n    return 'mine'\n"
    )
    (tmp_path / "runtime" / "mine" / "runtime.yaml").write_text(
        "handler: {file: main.py, name: go}\n"
    )
    listed = dcf("runtime", "list", cwd=tmp_path).stdout.decode().splitlines()
    assert listed == [
        "Supported Runtimes are:",
        "- mine",
        "- python3",
        "- python3-detection",
        "- python3-http",
        "- python3-tensorflow",
        "- python3-torch",
        "- streaming",
        "",
    ]
    found = json.loads(dcf("runtime", "list", "--json", cwd=tmp_path).stdout)
    assert [each["name"] for each in found] == [line[2:] for line in listed[1:-1]]
    assert dcf("function", "init", "-r", "mine", "new", cwd=tmp_path).returncode == 0
    assert dcf("function", "run", cwd=tmp_path / "new", stdin=b"x").stdout.endswith(b"reply: mine")


def test_init_merges_a_config_file_and_all_of_it_deploys(dcf, gateways, write_function, tmp_path):
    old = write_function(tmp_path, "old", "def handle(body):\n    return 'old'\n", name="handle")
    old.write_text(old.read_text() + "    environment: {A: b}\ndcf: {gateway: somewhere:1}\n")
    assert dcf("function", "init", "-r", "python3", "new", cwd=tmp_path).returncode == 0
    merged = tmp_path / "new" / "config.yaml"
    assert merged.stat().st_mode & 0o777 == 0o600
    told = yaml.safe_load(merged.read_text())
    assert list(told["functions"]) == ["old", "new"]
    assert told["functions"]["old"]["handler"]["dir"] == "../src"
    assert told["dcf"] == {"gateway": "somewhere:1"}
    gateway = gateways()
    gateway.deploy(merged)
    assert gateway.dcf("call", "old", stdin=b"x").stdout == b"old"
    assert gateway.dcf("call", "new", stdin=b"x").stdout == b"x"
