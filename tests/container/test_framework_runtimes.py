"""The runtimes of TensorFlow and PyTorch: what `init` makes, with a model in it, answers."""

import json
import urllib.error
import urllib.request
import uuid
from typing import NamedTuple

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

LOCKED = (
    "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--memory", "512m",
)  # fmt: skip


class Framework(NamedTuple):
    """A runtime, a program that writes a model into the folder it is in, and the most bytes."""

    runtime: str
    make_model: str
    missing: str
    most_bytes: int


FRAMEWORKS = [
    Framework(
        "python3-tensorflow",
        "import keras; layers = [keras.Input((4,)), keras.layers.Dense(3, 'softmax')];"
        "keras.Sequential(layers).export('model', verbose=False)",
        "no SavedModel in /dcf/function/src/model",
        1_200_000_000,
    ),
    Framework(
        "python3-torch",
        "import torch, net; torch.save(net.Net().state_dict(), 'weights.pt')",
        "no /dcf/function/src/weights.pt",
        870_000_000,
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
    return folder


def build(dcf, project):
    built = dcf("function", "build", "-v", cwd=project)
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
        build(dcf, project)
        without = engine.run("run", "--rm", "--network=none", image, check=False, timeout=120)
        assert without.returncode == 1
        assert framework.missing in without.stderr
        make_model(engine, image, framework, project / "src", tmp_path)
        again = build(dcf, project)
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
    assert name in built.stderr.decode() + built.stdout.decode()
