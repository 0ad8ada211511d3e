"""dcf gateway check: each thing that is missing or damaged has its line, and nothing is changed."""

import os
import shutil

import pytest
import requests
from click.testing import CliRunner

from dcf.cli import cli


@pytest.fixture(scope="module")
def stopped(module_gateway, write_function, tmp_path_factory, wait_for):
    """The home of a gateway with one function and one call that waits, its body in a file."""
    gateway = module_gateway
    gateway.deploy(write_function(tmp_path_factory.mktemp("f")))
    scaled = {"serviceName": "echo", "replicas": 0}
    url = gateway.rest + "/system/scale-function/echo"
    assert requests.post(url, json=scaled, timeout=20).status_code == 202
    wait_for(lambda: not gateway.children())
    body = bytes(300_000)
    url = gateway.rest + "/async-function/echo"
    answer = requests.post(url, data=body, headers={"X-Call-Id": "one"}, timeout=20)
    assert answer.status_code == 202
    said = f"Error: {gateway.home} is in use by a gateway: stop it first\n"
    assert check(gateway.home) == (1, said)
    gateway.end()
    return gateway.home


def check(home):
    done = CliRunner().invoke(cli, ["gateway", "check", "--home", str(home)])
    return done.exit_code, done.output


def tree(home):
    return {
        str(each.relative_to(home)): each.read_bytes() for each in home.rglob("*") if each.is_file()
    }


def only(folder):
    (path,) = folder.iterdir()
    return path


HARM = {
    "queue-missing": (
        lambda home: (home / "queue/queue.db").unlink(),
        "queue.db is missing: it had ",
    ),
    "archive-missing": (
        lambda home: only(home / "archives").unlink(),
        "revision 1 of function echo lacks its archive: archive:sha256:",
    ),
    "archive-damaged": (
        lambda home: os.truncate(only(home / "archives"), 100),
        " is damaged (its sha256 is ",
    ),
    "body-missing": (
        lambda home: only(home / "queue/bodies").unlink(),
        " is missing: the body of call one",
    ),
    "body-cut": (
        lambda home: os.truncate(only(home / "queue/bodies"), 7),
        " has 7 of 300000 bytes: the body of call one",
    ),
}


def test_a_state_that_is_whole_is_called_so_and_left_alone(stopped, tmp_path):
    shutil.copytree(stopped, tmp_path / "home")
    before = tree(tmp_path / "home")
    assert check(tmp_path / "home") == (0, f"{tmp_path / 'home'} is whole\n")
    assert tree(tmp_path / "home") == before


@pytest.mark.parametrize(("harm", "words"), HARM.values(), ids=HARM)
def test_each_thing_that_is_wrong_is_one_line(stopped, tmp_path, harm, words):
    shutil.copytree(stopped, tmp_path / "home")
    harm(tmp_path / "home")
    before = tree(tmp_path / "home")
    status, output = check(tmp_path / "home")
    (line,) = output.splitlines()
    assert status == 1
    assert words in line
    assert tree(tmp_path / "home") == before


def test_what_is_no_state_folder_is_told(tmp_path):
    status, output = check(tmp_path / "nothing")
    assert status == 1
    assert output.startswith(f"Error: {tmp_path / 'nothing'} is no gateway's state folder")
    assert not (tmp_path / "nothing").exists()
