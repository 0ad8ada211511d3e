"""The flow of examples/mnist_flow: through BigQuery's emulator to the real functions-framework."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mnist.digits import Digits, Split, read_digits
from mnist_flow import main, table

from models.datasets.digits.glyphs import read_mnist
from models.datasets.digits.making import make_digits, recipe_of
from models.datasets.errors import DataSetError
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.pushing import push
from models.datasets.reading import read_data_set
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
    assert re.search(rf"\n{framework}-[0-9a-f]{{6}}-2: tries", said(flow("train", *names)))
    assert "tries" not in said(flow("train", *names))  # there are two already
    assert f"best is {framework}-" in said(flow("find_best_model"))
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
        program, flag, first, _ = re.search(r"  (curl .*)", told)[1].split()
        assert first == f"@{pictures[0]}"
        command = [program, flag, f"@{picture}", "--silent", "--fail", function.url()]
        answer = subprocess.run(command, check=True, capture_output=True, timeout=60)
        right += json.loads(answer.stdout)["digit"] == int(picture.stem[-1])
    assert right >= len(pictures) - 2


def test_a_trial_that_was_killed_goes_on(framework, flow, tmp_path):
    """The second run of the search takes it up at its checkpoint, with the same values."""
    write_mnist(tmp_path / "out/data", 1200, 100)
    names = ("--framework", framework, "--trials", "1", "--epochs", "12")
    killed = flow("train", *names)

    def began():
        return next((tmp_path / "out").glob("*/trials/*/checkpoint"), killed.poll())

    checkpoint = until(began, 120)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(30) == -signal.SIGKILL
    assert not checkpoint.with_name("trial.json").exists()
    told = said(flow("train", *names))
    assert "-1: goes on with {'rate': 0.001, 'batch': 64, 'hidden': 64}" in told
    assert re.search(r"going on at epoch \d+, step \d+", told)
    assert json.loads(checkpoint.with_name("trial.json").read_text())["trial_id"] == 1


def test_a_trial_that_fails_is_written_down_and_the_rest_goes_on(flow, tmp_path):
    data = write_mnist(tmp_path / "out/data", 120, 100)
    experiment = f"tensorflow-{read_digits(data).digest[:6]}"
    damaged = tmp_path / "out" / experiment / "trials" / f"{experiment}-1/checkpoint"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"PK cut")
    told = said(flow("train", "--framework", "tensorflow", "--trials", "2", "--epochs", "1"))
    assert f"{experiment}-1 failed: DigitsError: {damaged} cannot be read" in told
    best = json.loads((tmp_path / "out" / experiment / "best.json").read_text())
    assert best["id"] == f"{experiment}-2"
    assert f"best is {experiment}-2" in said(flow("find_best_model"))


def test_a_framework_that_is_not_there_is_told_in_a_line(flow, tmp_path):
    (tmp_path / "sitecustomize.py").unlink()
    process = flow("train", "--framework", "torch")
    assert process.communicate(timeout=LIMIT_S)[1] == (
        "error: torch is not installed: requirements-torch.txt has it\n"
    )
    assert process.returncode == 1


def test_digits_are_set_apart_once_and_for_all_and_none_of_the_test_digits():
    from mnist_flow.search import compared_split

    images = np.arange(60, dtype=np.uint8)[:, None, None].repeat(28, 1).repeat(28, 2)
    learnt = Digits(images, np.arange(60, dtype=np.uint8) % 10)
    split = compared_split(Split(learnt, Digits(images[:5] + 100, learnt.labels[:5]), "", ""))
    seen = [part.images[:, 0, 0].tolist() for part in (split.learnt, split.held_out)]
    assert (len(seen[0]), len(seen[1])) == (50, 10)
    assert sorted(seen[0] + seen[1]) == list(range(60))


@pytest.fixture
def lake(tmp_path):
    """Digits in a folder of Parquet files."""
    digits = write_mnist(tmp_path / "mnist", 100, 100)
    table.upload(digits, str(tmp_path / "lake"), replace=False)
    return tmp_path / "lake"


def test_other_digits_are_uploaded_only_where_that_is_said(lake, tmp_path):
    other = write_mnist(tmp_path / "other", 150, 50)
    with pytest.raises(DataSetError, match=r"has another data set .*--replace"):
        table.upload(other, str(lake), replace=False)
    assert "digits, " in table.upload(other, str(lake), replace=True)
    assert "data: 150 of train, " in table.download(str(lake), tmp_path / "data")


@pytest.mark.parametrize(
    ("split", "told"),
    [
        pytest.param("", "no digits of the split train: upload them again", id="not divided"),
        pytest.param("train", r"train-000001.jpg is no digit of 28 x 28 pixels", id="larger"),
    ],
)
def test_a_table_of_something_else_is_refused_and_the_digits_stay(lake, tmp_path, split, told):
    table.download(str(lake), tmp_path / "data")
    before = {file.name: file.read_bytes() for file in (tmp_path / "data").iterdir()}
    glyphs, made = read_mnist(tmp_path / "mnist"), tmp_path / "made"
    make_digits(made, recipe_of(2, 0, "train", glyphs, ()), glyphs, (), lambda *_: None)
    if split:
        (made / "annotations").mkdir()
        (made / "instances.json").rename(made / f"annotations/instances_{split}.json")
    other = str(tmp_path / "scenes")
    push(read_data_set(made), open_place(other), lambda _: lambda *_: None)
    with pytest.raises(DataSetError, match=told):
        table.download(other, tmp_path / "data")
    assert {file.name: file.read_bytes() for file in (tmp_path / "data").iterdir()} == before
