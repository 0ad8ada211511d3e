"""The dcf command as a person runs it: words, columns, exit statuses, and what it imports."""

import os
import platform
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.waiting import without_waiting

ROOT = Path(__file__).parents[2]
HEAVY = (
    "dataclasses",
    "tarfile",
    "aiohttp",
    "grpc",
    "google.protobuf",
    "yaml",
    "prometheus_client",
    "asyncio",
    "msgspec",
    "flask",
)

COLUMNS = "Function Image Maintainer Invocations Replicas Status Description"


def dcf(*arguments, stdin=b"", cwd=None, **environ):
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("DCF_", "OPENF"))
    }
    return subprocess.run(
        [sys.executable, "-m", "dcf", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=60,
        cwd=cwd,
        env={**clean, **environ},
        check=False,
    )


def test_version_is_the_distributions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert dcf("version").stdout.decode() == f"Version: {project['version']}\n"


def test_versions_are_one_line_without_a_verb():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    words = f"dcf {project['version']}, Python {platform.python_version()}\n"
    assert dcf("--version").stdout.decode() == words


def test_runtimes_are_listed():
    assert dcf("runtime", "list").stdout.startswith(b"Supported Runtimes are:\n- python3\n")
    assert dcf("r", "list").returncode == 0


@pytest.mark.parametrize("arguments", [(), ("function",), ("fn",), ("gateway",)], ids=str)
def test_help_imports_no_verb_and_names_them(arguments):
    done = dcf(*arguments, "--help")
    assert done.returncode == 0
    assert b"Commands:" in done.stdout


def test_a_typo_is_a_usage_error():
    done = dcf("function", "lst")
    assert (done.returncode, b"lst" in done.stderr) == (2, True)


@pytest.mark.parametrize("gateway", ["http://127.0.0.1:1", "127.0.0.1:1"], ids=["rest", "grpc"])
@pytest.mark.parametrize(
    "verb", [("list",), ("call", "echo"), ("info", "echo"), ("log", "echo"), ("delete", "echo")]
)
def test_no_gateway_is_one_line_on_stderr_and_exit_1(gateway, verb):
    done = dcf("function", *verb, "-g", gateway)
    assert (done.returncode, done.stdout) == (1, b"")
    lines = without_waiting(done.stderr.decode()).splitlines()
    (said,) = [line for line in lines if "Reading" not in line]
    assert re.match(r"Error: (did not (listed|delete|get log): )?no gateway answers at", said)
    assert b"dcf gateway start" in done.stderr


def test_listing_imports_nothing_heavy(echo_gateway):
    code = (
        "import sys; sys.argv = ['dcf', 'function', 'list', '-g', sys.argv[1]]\n"
        "from dcf.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, echo_gateway.rest],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "echo" in done.stdout
    assert done.stderr.strip() == "[]"


def test_list_has_the_contracts_columns(echo_gateway):
    head, *rows = echo_gateway.dcf("list").stdout.decode().splitlines()
    assert " ".join(head.split()) == COLUMNS
    (row,) = [row for row in rows if row.startswith("echo ")]
    cells = row.split("\t")
    assert [len(cell) for cell in cells] == [15, 30, 15, 10, 10, 10, 40]
    assert re.fullmatch(r"archive:sha256:[0-9a-f]{13}\.\.", cells[1])
    assert cells[5].strip() == "Ready"


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_both_wires_answer_alike(echo_gateway, wire):
    gateway = getattr(echo_gateway, wire)
    sent = bytes(range(256)) * 1000
    called = echo_gateway.dcf("call", "echo", stdin=sent, gateway=gateway)
    assert (called.returncode, called.stdout) == (0, sent)
    assert echo_gateway.dcf("call", "echo", stdin=b"x\n", gateway=gateway).stdout == b"x\n"
    info = yaml.safe_load(echo_gateway.dcf("info", "echo", gateway=gateway).stdout)
    assert list(info) == [
        "name",
        "image",
        "invocationcount",
        "replicas",
        "annotations",
        "availablereplicas",
        "labels",
    ]
    assert echo_gateway.dcf("log", "echo", gateway=gateway).stdout.startswith(
        b"---\nName: echo\nLog:\n"
    )
    failed = echo_gateway.dcf("call", "echo", stdin=b"raise", gateway=gateway)
    assert (failed.returncode, failed.stdout) == (1, b"")
    assert b"secret words" not in failed.stderr
    missing = echo_gateway.dcf("info", "nope", gateway=gateway)
    assert (missing.returncode, missing.stdout) == (1, b"")


def test_call_from_a_terminal_says_what_it_waits_for(echo_gateway):
    command = [sys.executable, "-m", "dcf", "function", "call", "-g", echo_gateway.rest, "echo"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True
    )
    assert done.stderr == b"Reading from STDIN - hit (Control + D) to stop.\n"


@pytest.mark.parametrize("wire", ["rest", "grpc"])
def test_the_tutorials_way_from_init_to_delete(gateways, tmp_path, wire):
    gateway = gateways()
    address = getattr(gateway, wire)
    made = dcf("function", "init", "--runtime", "python3", "hello", cwd=tmp_path)
    assert made.stdout.decode().splitlines() == [
        "Directory: hello is created.",
        "Function handler created in directory: hello/src",
        "Rewrite the function handler code in hello/src directory",
        "Config file written: config.yaml",
    ]
    folder = tmp_path / "hello"
    assert (folder / "config.yaml").stat().st_mode & 0o777 == 0o600

    def function(verb, *rest, stdin=b""):
        done = dcf("function", verb, *rest, stdin=stdin, cwd=folder, DCF_GATEWAY=address)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    first = function("create", "-f", "config.yaml", "-v")
    assert "Building function (hello) ..." in first
    assert "src/handler.py" in first
    assert "Attempting update... but Function Not Found. Deploying Function..." in first
    assert first.splitlines()[-1] == f"http trigger url: {gateway.rest}/function/hello"
    assert function("call", "hello", stdin=b"Hello DCF!\n") == "Hello DCF!\n"
    handler = folder / "src" / "handler.py"
    handler.write_text(handler.read_text().replace("return req.input", "return req.input.upper()"))
    again = function("create", "-f", "config.yaml", "--update")
    assert "Function hello already exists, attempting rolling-update." in again
    assert function("invoke", "hello", stdin=b"hi") == "HI"
    assert "hello" in function("list", "-f", "config.yaml")
    assert function("delete", "hello") == "Deleted: hello\n"
    assert len(function("list").splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("init", "-r", "python3"), "please provide a name for the function"),
        (
            ("init", "-r", "python3", "No_Name"),
            "function name can only contain a-z, 0-9 and dashes",
        ),
        (("init", "-r", "cobol", "new"), "Not found runtime:cobol"),
        (("init", "-r", "python3", "taken"), "folder: taken already exists"),
        (("init", "-r", "python3", "known"), "Function known already exists in config.yaml file."),
        (("create", "-f", "none.yaml"), "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_failures_are_one_line_and_exit_1(tmp_path, arguments, words):
    (tmp_path / "taken").mkdir()
    (tmp_path / "config.yaml").write_text("functions:\n  known: {}\n")
    done = dcf("function", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert words in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1


def test_python_is_another_name_of_python3(tmp_path):
    assert dcf("function", "init", "-r", "python", "old", cwd=tmp_path).returncode == 0
    assert (tmp_path / "old" / "src" / "handler.py").is_file()


def test_deploy_without_update_of_a_known_function_fails(echo_gateway, write_function, tmp_path):
    config = write_function(tmp_path)
    done = echo_gateway.dcf("deploy", "-f", config, "--no-update")
    assert done.returncode == 1
    assert b"Function echo already exists. failed deploying." in done.stderr
    assert echo_gateway.dcf("deploy", "-f", config, "--replace").returncode == 2
