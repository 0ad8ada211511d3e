"""dcf function call with what HTTP has beside a body."""

import json

import pytest
import requests

MIRROR = """
import json
def handle(event, context):
    seen = {key: getattr(event, key) for key in ("method", "path", "query")}
    names = ("Content-Type", "X-Mine", "Authorization")
    seen["headers"] = {name: event.headers.get(name) for name in names}
    return {"statusCode": 200, "body": {**seen, "body": event.body.decode()}}
"""


@pytest.fixture(scope="module")
def mirror(tmp_path_factory, write_function, module_gateway):
    """A gateway with the function `mirror`, which answers with what it was given."""
    config = write_function(tmp_path_factory.mktemp("mirror"), "mirror", MIRROR, name="handle")
    module_gateway.deploy(config)
    return module_gateway


def seen(done):
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_method_path_query_headers_and_file_arrive(mirror, tmp_path, wire):
    file = tmp_path / "body.txt"
    file.write_text("from a file")
    flags = ("--method", "put", "--path", "a/b", "--query", "k=v w", "--query", "l=ä")
    headers = ("-H", "X-Mine: yes", "--header", "Content-Type: text/plain")
    gateway = getattr(mirror, wire)
    done = mirror.dcf("call", "mirror", *flags, *headers, "--file", file, gateway=gateway)
    assert seen(done) == {
        "method": "PUT",
        "path": "/a/b",
        "query": {"k": "v w", "l": "ä"},
        "headers": {"Content-Type": "text/plain", "X-Mine": "yes", "Authorization": None},
        "body": "from a file",
    }


def test_a_get_reads_no_stdin(mirror, start_dcf):
    import subprocess

    flags = ("-g", mirror.rest, "mirror", "--method", "GET")
    process = start_dcf("function", "call", *flags, stdin=subprocess.PIPE)
    assert json.loads(process.stdout.read())["method"] == "GET"
    process.communicate(timeout=10)


def test_a_path_is_escaped_where_it_must_be(mirror):
    assert seen(mirror.dcf("call", "mirror", "--path", "/ä b/%2F", stdin=b""))["path"] == "/ä b//"


def test_the_answer_goes_to_a_file(mirror, tmp_path):
    done = mirror.dcf("call", "mirror", "--output", tmp_path / "out.json", stdin=b"x")
    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads((tmp_path / "out.json").read_text())["body"] == "x"


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (("--query", "novalue"), 2, b"--query takes name=value"),
        (("--header", "novalue"), 2, b"--header takes name:value"),
        (("--header", "A: b\nC: d"), 2, b"one line"),
        (("--header", "A: 값"), 2, b"ASCII"),
        (("--header", "A b: c"), 2, b"--header takes name:value"),
        (("--callback", "http://x"), 2, b"--async"),
        (("--file", "/no/such/file"), 1, b"/no/such/file cannot be read"),
        (("--output", "/no/such/file"), 1, b"/no/such/file cannot be written"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_wrong_flags_are_told(mirror, flags, code, words):
    done = mirror.dcf("call", "mirror", *flags, stdin=b"x")
    assert (done.returncode, words in done.stderr) == (code, True)


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_a_call_for_later_gives_its_id(mirror, wire, wait_for):
    done = mirror.dcf("call", "mirror", "--async", stdin=b"x", gateway=getattr(mirror, wire))
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout.decode().strip()) >= 16
    assert done.stderr == b"Function submitted asynchronously.\n"
    queue = f"{mirror.rest}/system/queue"
    wait_for(lambda: requests.get(queue, timeout=10).json()["waiting"] == 0)
