import os
import platform
import subprocess
import sys
from importlib.metadata import version

import pytest

from watcher.configuration.settings import SETTINGS


def run(*flags, **environ):
    env = {"PATH": os.environ["PATH"]} | environ
    command = [sys.executable, "-m", "watcher", *flags]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("flags", "environ", "said"),
    [
        (["--port", "99999"], {}, "--port is '99999'; it must be a number from 0 to 65535"),
        ([], {"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'; it must be one of text, json"),
        ([], {"exec_timeout": "soon"}, "exec_timeout is 'soon'; it must be seconds"),
        ([], {"PARENT_FD": "999"}, "PARENT_FD is 999, which is not an open file"),
    ],
    ids=["flag", "environment", "lower case", "not open"],
)
def test_a_wrong_setting_stops_the_start_with_one_line(flags, environ, said):
    ended = run(*flags, **environ)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--prot", "did you mean --port?"),
        ("--handler-dri=x", "did you mean --handler-dir?"),
        ("--qqqq", "see python -m watcher --help"),
        ("stray", "see python -m watcher --help"),
        ("--" + "x" * 10_000, "see python -m watcher --help"),
    ],
)
def test_an_unknown_flag_is_one_line_that_names_the_nearest(flag, said):
    ended = run(flag)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"watcher: unknown flag {flag[:60]}: {said}\n"


def test_versions_are_one_line_and_nothing_starts():
    ended = run("--version", HANDLER_DIR="/nowhere")
    words = [("watcher", "dcf-detect"), ("gRPC", "grpcio")]
    told = [f"{name} {version(distribution)}" for name, distribution in words]
    assert ended.stdout == ", ".join([*told, f"Python {platform.python_version()}"]) + "\n"
    assert (ended.returncode, ended.stderr) == (0, "")


def test_help_lists_every_setting():
    ended = run("--help")
    assert ended.returncode == 0
    assert all(row.flag in ended.stdout for row in SETTINGS)


def test_flags_reach_the_process_and_win_over_its_environment(start):
    watcher = start(flags=["--function-name", "from-a-flag"], FUNCTION_NAME="from-the-environment")
    assert watcher.get("/_/info").json()["name"] == "from-a-flag"
    other = start(FUNCTION_NAME="from-the-environment")
    assert other.get("/_/info").json()["name"] == "from-the-environment"
