"""A submission as it is handed in: made by the script, loaded by an engine that knows nothing."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
LOCKED = (
    "--network", "none", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL",
    "--security-opt", "no-new-privileges", "--memory", "256m",
)  # fmt: skip


@pytest.fixture(scope="module")
def submission(engine, function_image, tmp_path_factory):
    """The file that is handed in, and what the script said."""
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, ROOT / "deploy/agc/submit.py", "--id", "Dcf-Test", "--version", "7",
         "--image", function_image, "--engine", engine.command, "--out", out],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    engine.run("image", "rm", "dcf-test:7", check=False)
    assert done.returncode == 0, done.stderr
    yield out / "Dcf-Test_answer.tar", done.stdout
    shutil.rmtree(out)


# A network of its own, just the loopback: a second engine would take the first one's bridge away.
APART = """
python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS: up
'
exec dockerd "$@"
"""


@pytest.fixture(scope="module")
def clean_engine(engine, submission):
    """Another engine, with no image and no network, that has loaded the file."""
    if os.geteuid() or not shutil.which("dockerd"):
        pytest.skip("a clean engine needs root and dockerd")
    # Not in pytest's folder: what a killed run leaves mounted there would fail the runs after it.
    home = Path(tempfile.mkdtemp(prefix="dcf-test-clean-engine-"))
    address = f"unix://{home}/socket"
    with (home / "log").open("wb") as log:
        daemon = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", APART, "dockerd", "--host", address, "--data-root",
             home / "data", "--exec-root", home / "exec", "--pidfile", home / "pid",
             "--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-masq=false"],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        clean = type(engine)(engine.command)
        clean.before = ("--host", address)
        for _ in range(60):
            if clean.run("version", check=False).returncode == 0:
                break
            assert daemon.poll() is None, (home / "log").read_text()[-1000:]
            time.sleep(0.5)
        assert clean.run("images", "-q").stdout == ""
        assert "dcf-test:7" in clean.run("load", "-i", str(submission[0])).stdout
        yield clean
    finally:
        daemon.terminate()
        daemon.wait(60)
        subprocess.run(["umount", home / "exec/netns/default"], check=False, capture_output=True)
        shutil.rmtree(home)


@pytest.fixture
def data(tmp_path):
    """Pictures in two folders, one of them cut, and a file that is no picture."""
    folder = tmp_path / "data"
    (folder / "b").mkdir(parents=True)
    shutil.copy(SAMPLES / "coffee.jpg", folder / "z.jpg")
    shutil.copy(SAMPLES / "chelsea.jpg", folder / "b/chelsea.jpg")
    (folder / "a.jpg").write_bytes((SAMPLES / "coffee.jpg").read_bytes()[:3000])
    (folder / "notes.txt").write_text("not asked for")
    tmp_path.chmod(0o755)
    return folder


def classes_of(answer):
    return [
        (entry["file"], [found["class"] for found in entry.get("result", ())]) for entry in answer
    ]


FOUND = [("a.jpg", []), ("b/chelsea.jpg", ["cat"]), ("z.jpg", ["cup", "dining table"])]


def test_the_script_says_what_was_answered_and_how_large_it_is(submission):
    tar, said = submission
    assert "image: dcf-test:7, " in said
    assert "answer: 3 entries" in said
    assert "0 of them errors" in said
    assert tar.name == "Dcf-Test_answer.tar"
    assert tar.with_name("Dcf-Test_answer.tar.sha256").read_text().endswith(f"  {tar.name}\n")


# The judge of the script, in the one place that the engine's containers reach: among them.
JUDGE = """
import sys, time
sys.path.insert(0, "/agc")
from judge import LocalJudge
with LocalJudge() as judge:
    print(judge.port, judge.header, flush=True)
    while not judge.bodies + judge.complaints:
        time.sleep(0.05)
    print(judge.complaints or judge.bodies[0].decode(), flush=True)
"""


def test_a_clean_engine_runs_it_and_the_judge_gets_the_answer(clean_engine, data):
    clean_engine.run("run", "-d", "--name", "judge", "--network", "host", "-v",
                     f"{ROOT}/deploy/agc:/agc:ro", "dcf-test:7", "python", "-c", JUDGE)  # fmt: skip
    try:
        port, _, header = said_by(clean_engine, "judge", 1)[0].partition(" ")
        done = clean_engine.run(
            "run", "--rm", "--network", "host", "-v", f"{data}:/data:ro", "-e", "DATA_PATH=/data",
            "-e", f"REST_URL=http://127.0.0.1:{port}/answer", "-e", f"API_HEADER={header}",
            "dcf-test:7", timeout=120,
        )  # fmt: skip
        answer = json.loads(said_by(clean_engine, "judge", 2)[1])["answer"]
    finally:
        clean_engine.run("rm", "-f", "judge", check=False)
    assert classes_of(answer) == FOUND
    assert answer[0]["error"]["code"] == "truncated_image"
    assert "3 of 3 files" in done.stderr


def said_by(clean_engine, name, count, seconds=30):
    """The lines of a container's output, once there are so many."""
    limit = time.monotonic() + seconds
    while len(lines := clean_engine.run("logs", name).stdout.splitlines()) < count:
        assert time.monotonic() < limit, clean_engine.run("logs", name).stderr
        time.sleep(0.1)
    return lines


def test_the_first_engine_still_has_its_bridge(engine, clean_engine, function_image):
    done = engine.run(
        "run", "--rm", "--publish", "127.0.0.1::8080", function_image, "true", check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_clean_engine_runs_it_locked_down_with_no_network(clean_engine, data, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o777)
    done = clean_engine.run(
        "run", "--rm", *LOCKED, "-v", f"{data}:/data:ro", "-v", f"{out}:/out", "-e", "BATCH=true",
        "-e", "DATA_PATH=/data", "-e", "RESULT_FILE=/out/answer.json", "dcf-test:7", timeout=120,
    )  # fmt: skip
    assert done.stdout == "/out/answer.json\n"
    assert classes_of(json.loads((out / "answer.json").read_text())["answer"]) == FOUND
    assert [path.name for path in out.iterdir()] == ["answer.json"]


def test_no_judge_and_no_data_end_it_with_their_codes(clean_engine, data):
    wrong = clean_engine.run(
        "run", "--rm", "--network", "none", "-e", "DATA_PATH=/nothing",
        "-e", "REST_URL=http://judge/", "dcf-test:7", check=False,
    )  # fmt: skip
    assert wrong.returncode == 1
    assert "/nothing" in wrong.stderr
    nobody = clean_engine.run(
        "run", "--rm", "--network", "none", "-v", f"{data}:/data:ro", "-e", "DATA_PATH=/data",
        "-e", "REST_URL=http://127.0.0.1:9/", "-e", "BATCH_RETRY=0", "dcf-test:7", check=False,
    )  # fmt: skip
    assert nobody.returncode == 1
    assert "did not accept the answer" in nobody.stderr


def test_a_function_of_ones_own_is_handed_in_the_same_way(engine, tmp_path):
    """By its config.yaml, as `make submission DIR=` does it; the check is the same."""
    folder = tmp_path / "mine"
    (folder / "src").mkdir(parents=True)
    (folder / "src/handler.py").write_text(
        "def handle(event, context):\n    return len(event.body)\n"
    )
    (folder / "config.yaml").write_text(
        "functions:\n  dcf-test-mine:\n    runtime: python3\n"
        "    handler: {dir: ./src, file: handler.py, name: handle}\n"
    )
    done = subprocess.run(
        [sys.executable, ROOT / "deploy/agc/submit.py", "--id", "dcf-test-own",
         "--folder", folder, "--engine", engine.command, "--out", tmp_path / "dist"],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    engine.run("image", "rm", "-f", "dcf-test-own:1", "dcf-test-mine", check=False)
    assert done.returncode == 0, done.stderr
    sizes = [path.stat().st_size for path in sorted(SAMPLES.glob("*.jpg"))]
    assert f'answer: {{"file": "astronaut.jpg", "result": {sizes[0]}}}' in done.stdout
    assert (tmp_path / "dist/dcf-test-own_answer.tar").exists()
