"""`deploy/agc/submit.py`, its engine a small program: what it says, leaves and refuses."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# Docker's words, as far as a submission needs them; POSTED and SIZE come from the test.
ENGINE = """\
#!{python}
import os, sys, time, urllib.request
words = sys.argv[1:]
if words[0] == "image":
    print(os.environ.get("SIZE", "3000000"))
elif words[0] == "run":
    given = dict(word.split("=", 1) for word in words if "=" in word)
    posted = os.environ.get("POSTED", '{{"answer": [{{"file": "a", "result": []}}]}}')
    if posted:
        header = eval(given["API_HEADER"]) if "WRONG_HEADER" not in os.environ else {{}}
        request = urllib.request.Request(given["REST_URL"], posted.encode(), header)
        try:
            urllib.request.urlopen(request, timeout=10).read()
        except OSError:
            pass
    sys.exit(int(os.environ.get("STATUS", "0")))
elif words[0] == "save":
    for _ in range(3):
        sys.stdout.buffer.write(b"x" * 1000000)
        sys.stdout.flush()
        time.sleep(float(os.environ.get("SLOW", "0")))
    sys.exit(int(os.environ.get("SAVED", "0")))
"""


@pytest.fixture
def start(tmp_path):
    """Start submit.py with the program as its engine; its file goes to a folder of the test."""
    engine = tmp_path / "engine"
    engine.write_text(ENGINE.format(python=sys.executable))
    engine.chmod(0o755)

    def run(*flags, **env):
        return subprocess.Popen(
            [sys.executable, ROOT / "deploy/agc/submit.py", "--engine", engine,
             "--out", tmp_path / "dist", *flags],
            env={**os.environ, **env}, text=True, stdout=-1, stderr=-1, cwd=tmp_path,
        )  # fmt: skip

    return run


@pytest.fixture
def submit(start):
    def run(*flags, **env):
        process = start(*flags, **env)
        out, errors = process.communicate(timeout=60)
        return process.returncode, out, errors

    return run


def test_the_file_has_the_guides_name_and_its_digest_beside_it(submit, tmp_path):
    code, out, errors = submit("--id", "Team.A-1", "--image", "x")
    assert (code, errors) == (0, "")
    tar = tmp_path / "dist/Team.A-1_answer.tar"
    assert tar.stat().st_size == 3_000_000
    digest = hashlib.sha256(tar.read_bytes()).hexdigest()
    assert (tmp_path / "dist/Team.A-1_answer.tar.sha256").read_text() == f"{digest}  {tar.name}\n"
    assert "image: team.a-1:1, 3 MB" in out
    assert "answer: 1 entries in" in out


@pytest.mark.parametrize("wrong", ["", "a b", "../x", "-x", "a..b", "a/b", "팀", "x" * 65])
def test_an_id_that_no_image_can_have_is_refused_before_anything_is_done(submit, tmp_path, wrong):
    code, _, errors = submit(f"--id={wrong}", "--image", "x")
    assert code == 1
    assert errors.startswith("submission: ")
    assert "ID" in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"POSTED": ""}, "nothing was posted to REST_URL"),
        ({"POSTED": "[1]"}, 'what was posted is not {"answer": ...}'),
        ({"POSTED": "no json"}, 'what was posted is not {"answer": ...}'),
        ({"POSTED": '{"answer": [{"error": {"code": "x"}}]}'}, "no file was answered"),
        ({"WRONG_HEADER": "1"}, "the judge refused: the header of API_HEADER is not there"),
        ({"STATUS": "3"}, "the container ended with 3"),
        ({"SAVED": "1"}, "save ended with 1"),
        ({"SIZE": "9" * 18}, "MB free"),
    ],
    ids=[
        "silent",
        "a-list",
        "no-json",
        "all-failed",
        "no-header",
        "failed",
        "unsaved",
        "disk-full",
    ],
)
def test_what_cannot_be_handed_in_is_said_in_a_line_and_leaves_no_file(submit, tmp_path, env, said):
    code, _, errors = submit("--id", "team", "--image", "x", **env)
    assert code == 1
    assert said in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert not [*tmp_path.glob("dist/*")]


def test_one_broken_file_is_no_failure_and_is_shown(submit):
    posted = '{"answer": [{"file": "a", "result": 1}, {"file": "b", "error": {"code": "bad"}}]}'
    code, out, _ = submit("--id", "team", "--image", "x", POSTED=posted)
    assert code == 0
    assert "2 entries" in out
    assert "1 of them errors" in out
    assert '"code": "bad"' in out


def test_ctrl_c_while_saving_leaves_nothing_half_written(start, tmp_path):
    process = start("--id", "team", "--image", "x", SLOW="20")
    part = tmp_path / "dist/team_answer.tar.part"
    limit = time.monotonic() + 30
    while not part.exists() and time.monotonic() < limit:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=40)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert not [*tmp_path.glob("dist/*")]


def test_no_engine_and_no_function_are_each_a_line(submit, tmp_path):
    code, _, errors = submit("--id", "team", "--engine", "/nowhere/docker")
    assert code == 1
    assert "no container engine: /nowhere/docker" in errors
    (tmp_path / "empty").mkdir()
    code, _, errors = submit("--id", "team", "--folder", tmp_path / "empty")
    assert code == 1
    assert "has neither a config.yaml nor a Dockerfile" in errors
