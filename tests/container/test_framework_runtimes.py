"""The runtimes of TensorFlow and PyTorch: what `init` makes, with a model in it, answers."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
LOCKED = (
    "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--memory", "512m",
)  # fmt: skip


class Framework(NamedTuple):
    """A runtime, a program that writes a model into its folder, the most bytes, how to build it."""

    runtime: str
    make_model: str
    missing: str
    most_bytes: int
    flags: tuple[str, ...] = ()


FRAMEWORKS = [
    Framework(
        "python3-tensorflow",
        "import keras; layers = [keras.Input((4,)), keras.layers.Dense(3, 'softmax')];"
        "keras.Sequential(layers).export('model', verbose=False)",
        "no SavedModel in src/model",
        1_200_000_000,
    ),
    Framework(
        "python3-torch",
        "import torch, net; torch.save(net.Net().state_dict(), 'weights.pt')",
        "no src/weights.pt",
        870_000_000,
        ("--build-arg", "TORCH=2.13.0+cpu"),
    ),
]


@pytest.fixture(params=FRAMEWORKS, ids=lambda framework: framework.runtime)
def framework(request):
    return request.param


@pytest.fixture
def project(framework, bases, dcf, tmp_path, request):
    """What `init` makes, and for PyTorch the wheel beside its requirements."""
    name = f"new-{framework.runtime}"
    assert dcf("function", "init", "-r", framework.runtime, name, cwd=tmp_path).returncode == 0
    folder = tmp_path / name
    config = folder / "config.yaml"
    config.write_text(
        config.read_text().replace("desc: ''", f"desc: ''\n    docker_registry: {bases}")
    )
    if framework.runtime == "python3-torch":
        wheel = request.getfixturevalue("torch_wheel")
        (folder / "src" / wheel.name).hardlink_to(wheel)
    yield folder
    for wheel in folder.glob("src/*.whl"):
        wheel.unlink()  # the folders of the last runs are kept


def build(dcf, project, *flags):
    built = dcf("function", "build", "-v", *flags, cwd=project)
    assert built.returncode == 0, built.stderr.decode()[-2000:]
    return built.stdout.decode() + built.stderr.decode()


def ask(address, body):
    request = urllib.request.Request(address, json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_model_is_put_in_served_and_drained(engine, framework, bases, dcf, project, tmp_path):
    image = f"{bases}/{project.name}"
    try:
        build(dcf, project, *framework.flags)
        without = engine.run("run", "--rm", "--network=none", image, check=False, timeout=120)
        assert without.returncode == 1
        assert framework.missing in without.stderr
        make_model(engine, image, framework, project / "src", tmp_path)
        engine.run("image", "rm", "-f", image)  # else it would stay, without a name
        again = build(dcf, project, *framework.flags)
        assert not [step for step in steps_made(again) if "install.sh" in step]
        assert_it_serves(engine, image)
        assert_it_is_lean(engine, image, framework)
    finally:
        engine.run("image", "rm", "-f", image, check=False)


def make_model(engine, image, framework, source, tmp_path):
    """Runs a program in the function's own image, and puts what it writes beside the handler."""
    out = tmp_path / "made"
    out.mkdir()
    out.chmod(0o777)
    program = "import sys; sys.path.insert(0, '/dcf/function/src');" + framework.make_model
    engine.run(
        "run", "--rm", "--network=none", "-v", f"{out}:/made", "-w", "/made",
        "--entrypoint", "python", image, "-c", program,
    )  # fmt: skip
    for made in out.iterdir():
        made.rename(source / made.name)


def steps_made(output):
    """The builder's lines of steps that it did not find in its cache."""
    lines = output.splitlines()
    cached = {line.split(" ", 1)[0] for line in lines if line.endswith(" CACHED")}
    return [line for line in lines if " RUN " in line and line.split(" ", 1)[0] not in cached]


def assert_it_serves(engine, image):
    with engine.container(image, *LOCKED, "--cpus", "1") as (container, address):
        engine.wait_ready(container, address)
        status, answer = ask(address, {"instances": [[5.1, 3.5, 1.4, 0.2], [0, 0, 0, 0]]})
        assert status == 200, answer
        assert [len(each) for each in answer["predictions"]] == [3, 3]
        assert all(abs(sum(each) - 1) < 1e-5 for each in answer["predictions"])
        for wrong in (
            {"instances": [[1, 2, 3]]},
            {"instances": [["a"] * 4]},
            {},
            [],
            {"instances": []},
        ):
            status, answer = ask(address, wrong)
            assert (status, answer["error"]["code"]) == (400, "bad_option")
        engine.run("stop", "-t", "20", container)
        assert engine.inspect(container, "{{.State.ExitCode}}") == "0"
        assert "1 calls at once" in engine.run("logs", container).stdout


def assert_it_is_lean(engine, image, framework):
    assert engine.inspect(image, "{{.Config.User}}") == "10001"
    assert "watcher/probe.py" in engine.inspect(image, "{{.Config.Healthcheck.Test}}")
    assert int(engine.inspect(image, "{{.Size}}")) <= framework.most_bytes
    inside = engine.run(
        "run", "--rm", "--network=none", "--entrypoint", "sh", image, "-c",
        "command -v gcc pip strip; find / -xdev -name '*.whl' -o -xdev -path '*site-packages/pip'",
        check=False,
    )  # fmt: skip
    assert inside.stdout == ""


def test_a_misspelt_requirements_file_is_not_passed_over(dcf, project):
    """An image without its framework would be built else, and fail where it is deployed."""
    name = f"requirements-{uuid.uuid4().hex[:6]}.txt"
    built = dcf("function", "build", "-v", "--build-arg", f"REQUIREMENTS={name}", cwd=project)
    assert built.returncode == 1
    assert f"the handler's folder has no {name}" in built.stderr.decode()


@pytest.mark.parametrize("framework", FRAMEWORKS[1:], ids=["python3-torch"], indirect=True)
def test_another_build_of_pytorch_than_the_one_named_is_not_taken(dcf, project):
    """The index has gigabytes for GPUs under the same version: they must not come by mistake."""
    built = dcf("function", "build", "-v", "--build-arg", "TORCH=2.13.0+none", cwd=project)
    assert built.returncode == 1
    assert "torch==2.13.0+none" in built.stderr.decode()


BUNDLE = """
import sys
from pathlib import Path
import numpy as np
from models.ssd.convert.bundle import Identity
from models.ssd.convert.saved_model import saved_model_bundle
from models.ssd.importers.coco_classes import CLASS_IDS, LABELS
from models.ssd.nets.apply import run_network
from models.ssd.nets.ssdlite_mobilenet_v2 import ssdlite_mobilenet_v2
from models.ssd.nets.weights_file import parse_weights
from models.ssd.spec import DefaultsSpec

network = ssdlite_mobilenet_v2(len(CLASS_IDS))
kept = Path("models/ssd/bundles/weights/ssdlite_mobilenet_v2_coco.npz").read_bytes()
weights = parse_weights(kept, network)
image = np.random.default_rng(0).uniform(-1, 1, (1, 300, 300, 3)).astype(np.float32)
answer = run_network(network, weights, image)
identity = Identity("saved", "1.0.0", CLASS_IDS, LABELS, DefaultsSpec(), "Apache-2.0")
examples = image, {name: answer[name] for name in network.heads}
saved_model_bundle(Path(sys.argv[1]), network, weights, identity, examples, "float32")
"""
DETECTOR = """
functions:
  detector:
    runtime: python3-tensorflow
    image: {image}
    handler:
      dir: ./src
      file: detection.py
      include: [dcf_detect, handler, models/ssd, bundles/saved]
      exclude: [models/ssd/nets, models/ssd/importers, models/ssd/convert, models/ssd/bundles]
"""
CUP = (ROOT / "samples/coffee.jpg").read_bytes()


def test_the_detector_answers_from_a_saved_model(engine, bases, dcf, tmp_path):
    """As the runtime's README has it: this project's own SavedModel engine."""
    python = ROOT / ".venv-train/bin/python"
    if not python.exists():
        pytest.skip("no training environment, which writes the SavedModel: make train-env")
    for name in ("dcf_detect", "handler", "models/ssd"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "models/__init__.py", tmp_path / "models")
    subprocess.run(
        [python, "-c", BUNDLE, tmp_path / "bundles/saved"], cwd=ROOT, check=True, timeout=300
    )
    template = ROOT / "dcf/templates/python3-detection/src/detection.py"
    (tmp_path / "src").mkdir()
    shutil.copy(template, tmp_path / "src")
    (tmp_path / "src/requirements.txt").write_text(lines_of_the_readme())
    image = f"{bases}/saved-detector"
    (tmp_path / "config.yaml").write_text(DETECTOR.format(image=image))
    built = dcf("function", "build", "--build-arg", f"REGISTRY={bases}", cwd=tmp_path)
    assert built.returncode == 0, built.stderr.decode()[-2000:]
    try:
        flags = (*LOCKED, "-e", "MODEL_BUNDLE=bundles/saved")
        with engine.container(image, *flags) as (container, address):
            engine.wait_ready(container, address)
            with urllib.request.urlopen(urllib.request.Request(address, CUP), timeout=60) as answer:
                found = [each["class"] for each in json.loads(answer.read())]
            assert found == ["cup", "dining table"]
    finally:
        engine.run("image", "rm", "-f", image, check=False)


def lines_of_the_readme():
    """The requirements that the runtime's page names for the detector."""
    page = (ROOT / "dcf/templates/python3-tensorflow/README.md").read_text()
    found = re.findall(r"^    ([\w-]+==[\d.]+)$", page, re.MULTILINE)
    assert found[0].startswith("tensorflow-cpu==")
    return "".join(f"{each}\n" for each in found)
