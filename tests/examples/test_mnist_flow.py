"""The flow of examples/mnist_flow: through BigQuery's emulator to the real functions-framework."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from mnist_flow import main

from tests.models.datasets.digits.drawn import write_mnist
from tests.waiting import until

pytestmark = [pytest.mark.lifecycle, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
TORCH = ROOT / ".venv-torch/lib" / f"python3.{sys.version_info.minor}" / "site-packages"
LIMIT_S = 300


@pytest.fixture(params=["tensorflow", "torch"])
def framework(request):
    if request.param == "torch" and not (TORCH / "torch").is_dir():
        pytest.skip(f"{TORCH} has no PyTorch: `make .venv-torch/.ready`")
    return request.param


@pytest.fixture
def flow(tmp_path):
    """Starts a step as a person does; what is still running at the end is ended."""
    # PyTorch is found after everything else: the other packages are those of this environment.
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.path.append({str(TORCH)!r})\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "2"}
    started = []

    def start(mode, *words):
        command = [sys.executable, main.__file__, "--mode", mode, "--out", tmp_path / "out", *words]
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for each in started:
        each.kill()
        each.communicate()


def said(process):
    """What a step that went well has said."""
    out, wrong = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, out + wrong
    return out


def step(mode, *words):
    """A step in this process, which is led to the emulator."""
    main.run(main.arguments(["--mode", mode, *(str(word) for word in words)]))


def test_from_the_files_to_a_called_function(
    framework, flow, bigquery, environment, start, tmp_path, capsys
):
    digits = write_mnist(tmp_path / "mnist", 1500, 300)
    out, table = tmp_path / "out", ("--table", f"{bigquery}/mnist")
    step("upload_mnist", *table, "--data", digits)
    step("upload_mnist", *table, "--data", digits)
    told = capsys.readouterr().out
    assert re.findall(r"(\d+) digits, (\d+) of them moved", told)[1][1] == "0"
    step("donwload_mnist", *table, "--out", out)
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        assert (out / "data" / name).read_bytes() == (digits / name).read_bytes()

    names = ("--framework", framework, "--trials", "2", "--epochs", "3")
    assert f"mnist-{framework}-2: tries" in said(flow("train", *names))
    assert "tries" not in said(flow("train", *names))  # there are two already
    assert f"best is mnist-{framework}-" in said(flow("find_best_model"))
    best = json.loads((out / "best_model.json").read_text())
    assert best["accuracy"] > 0.8
    told = said(flow("serving"))
    assert re.search(r"gcloud functions deploy mnist .*--source \S+/export/mnist\n", told)

    site = next(environment.parent.glob("lib/*/site-packages"))
    own = [each for each in sys.path if each.endswith("site-packages")]
    (site / "frameworks.pth").write_text("\n".join([*own, str(TORCH), ""]))
    function = start(out / "export/mnist")
    function.wait(seconds=120)
    right = 0
    pictures = sorted((out / "digits").iterdir())
    for picture in pictures:
        command = re.search(r"  (curl --data-binary @)\S+ \S+", told)[1]
        answer = subprocess.run(
            [*command.split()[:2], f"@{picture}", "--silent", "--fail", function.url()],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        right += json.loads(answer.stdout)["digit"] == int(picture.stem[-1])
    assert right >= len(pictures) - 2


def test_a_trial_that_was_killed_goes_on(framework, flow, tmp_path):
    """The second run of the search takes it up at its checkpoint, with the same values."""
    write_mnist(tmp_path / "out/data", 1200, 100)
    names = ("--framework", framework, "--trials", "1", "--epochs", "12")
    killed = flow("train", *names)
    folder = tmp_path / f"out/mnist-{framework}/trials/mnist-{framework}-1"
    until(lambda: (folder / "checkpoint").is_file() or killed.poll() is not None, 120)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(30) == -signal.SIGKILL
    assert not (folder / "trial.json").exists()
    told = said(flow("train", *names))
    assert f"mnist-{framework}-1: goes on with {{'rate': 0.001, 'batch': 64, 'hidden': 64}}" in told
    assert re.search(r"going on at epoch \d+, step \d+", told)
    assert json.loads((folder / "trial.json").read_text())["trial_id"] == 1
