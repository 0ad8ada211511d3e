"""The runtimes of TensorFlow and PyTorch without images: packages come beside the function."""

import json
import shutil
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TENSORFLOW = (
    "import keras; layers = [keras.Input((4,)), keras.layers.Dense(3, 'softmax')];"
    "keras.Sequential(layers).export('model', verbose=False)"
)
TORCH = (
    "import sys; sys.path.insert(0, '.');"
    "import torch, net; torch.save(net.Net().state_dict(), 'weights.pt')"
)
CALL = json.dumps({"instances": [[5.1, 3.5, 1.4, 0.2], [0, 0, 0, 0]]}).encode()


@pytest.fixture(autouse=True)
def no_gigabyte_stays(tmp_path):
    """The folders of the last runs are kept otherwise."""
    yield
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


@pytest.fixture
def torch_is_here(tmp_path):
    """PyTorch for processors is found without an index, whose own is for GPUs, with gigabytes."""
    folder = tmp_path / "wheel"
    command = ("-m", "pip", "download", "--no-index", "--no-deps", "--dest", str(folder))
    found = subprocess.run(
        [sys.executable, *command, "torch==2.13.0"], capture_output=True, timeout=300, check=False
    )
    if found.returncode:
        pytest.skip("no wheel of torch==2.13.0: set PIP_FIND_LINKS to a folder that has one")
    for wheel in folder.iterdir():
        wheel.unlink()


@pytest.mark.parametrize(
    ("runtime", "program", "missing"),
    [
        pytest.param("python3-tensorflow", TENSORFLOW, b"no SavedModel in", id="tensorflow"),
        pytest.param("python3-torch", TORCH, b"weights.pt: torch.save", id="torch"),
    ],
)
def test_a_model_is_served_by_a_process(
    gateways, dcf, tmp_path, request, runtime, program, missing
):
    if runtime == "python3-torch":
        request.getfixturevalue("torch_is_here")
    gateway = gateways()
    assert dcf("function", "init", "-r", runtime, "new", cwd=tmp_path).returncode == 0
    without = create(gateway, tmp_path / "new")
    assert without.returncode == 1
    assert missing in without.stderr
    (python,) = (tmp_path / "home/overlays").glob("*/bin/python")
    subprocess.run([python, "-c", program], cwd=tmp_path / "new/src", check=True, timeout=120)
    done = create(gateway, tmp_path / "new")
    assert done.returncode == 0, done.stderr
    answer = gateway.dcf("call", "new", stdin=CALL)
    assert answer.returncode == 0, answer.stderr
    predictions = json.loads(answer.stdout)["predictions"]
    assert [sum(each) for each in predictions] == pytest.approx([1, 1])
    assert len(list((tmp_path / "home/overlays").iterdir())) == 1  # installed once


def create(gateway, folder):
    """Deploys; an installation takes longer than other commands may."""
    command = ("-m", "dcf", "function", "create", "-f", "config.yaml", "-g", gateway.rest)
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, timeout=600, check=False
    )
