"""The image that trains: stopped and gone on with, its files the caller's, pushed and pulled."""

import json
import os
import subprocess
import uuid
from contextlib import contextmanager

import pytest

from tests.container.conftest import PASSWORD, ROOT, TAGS, USER, forget
from tests.examples.parking_folder import make_parking, name_of, picture

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

OWNER = 12345
LOCKED = ("--network", "none", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")
RECIPE = "epochs: 500\nbatch: 4\nvalidation: 0.2\nworkers: 1\n"


@pytest.fixture(scope="module")
def training_image(engine, tools_image, watcher_image):
    tag = f"{TAGS}/train"
    file = ("--file", "deploy/image/Dockerfile.train", "--build-arg", f"REGISTRY={TAGS}")
    engine.build(tag, *file)
    yield tag
    engine.run("image", "rm", "-f", tag, check=False)


@pytest.fixture
def folders(tmp_path):
    """A data set of 12 pictures, and a folder that only the owner may write."""
    data, out = tmp_path / "data", tmp_path / "out"
    (data / "images").mkdir(parents=True)
    images, annotations = [], []
    for image_id in range(1, 13):
        content, objects = picture(image_id)
        (data / "images" / name_of(image_id)).write_bytes(content)
        images.append({"id": image_id, "file_name": name_of(image_id)})
        annotations += [
            {"image_id": image_id, "category_id": each, "bbox": box} for each, box in objects
        ]
    (data / "instances.json").write_text(json.dumps({"images": images, "annotations": annotations}))
    (data / "dataset.yaml").write_text("names: {1: sedan, 3: van, 8: adult}")
    (data / "train.yaml").write_text(RECIPE)
    out.mkdir()
    os.chown(out, OWNER, OWNER)
    tmp_path.chmod(0o755)
    return data, out


def run_flags(data, out):
    return (
        *LOCKED, "--user", f"{OWNER}:{OWNER}", "-v", f"{data}:/data:ro", "-v", f"{out}:/out",
    )  # fmt: skip


@contextmanager
def background(engine, *words):
    """A container that is taken away at the end."""
    name = f"dcf-test-{uuid.uuid4().hex[:12]}"
    try:
        engine.run("run", "-d", "--name", name, *words)
        yield name
    finally:
        engine.run("rm", "-f", name, check=False)


def wait_for_line(engine, name, wanted, seconds=240):
    """Follows a container's log up to a line; the log until then."""
    with subprocess.Popen(
        ["timeout", str(seconds), engine.command, "logs", "-f", name],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as log:  # fmt: skip
        seen = []
        for line in log.stdout:
            seen.append(line)
            if wanted in line:
                log.terminate()
                return "".join(seen)
    raise AssertionError(f"no line with {wanted!r}: {''.join(seen)[-2000:]}")


def test_stopped_gone_on_with_and_exported(engine, training_image, folders):
    data, out = folders
    flags = run_flags(data, out)
    new = ("train", "--data", "/data", "--out", "/out/run", "--config", "/data/train.yaml")
    with background(engine, *flags, training_image, *new) as name:
        said = wait_for_line(engine, name, "epoch 1 done")
        assert "10 pictures to learn from, 2 to measure on, 3 classes" in said
        engine.run("stop", "-t", "60", name)
        assert engine.inspect(name, "{{.State.ExitCode}}") == "143"
        ended = engine.run("logs", name)
        assert "interrupted: " in ended.stdout
        assert "go on: ssd train --resume /out/run" in ended.stdout
    before = epochs(out)
    with background(engine, *flags, training_image, "train", "--resume", "/out/run") as name:
        wait_for_line(engine, name, f"epoch {before + 1} done")
        engine.run("stop", "-t", "60", name)
        assert engine.inspect(name, "{{.State.ExitCode}}") == "143"
    assert epochs(out) > before
    words = ("export", "/out/run", "--precision", "float32", "--out", "/out/model")
    made = engine.run("run", "--rm", *flags, training_image, *words, "--cache", "/out/cache")
    assert "3 classes" in made.stdout
    assert (out / "model/manifest.json").is_file()
    owners = {(file.stat().st_uid, file.stat().st_gid) for file in out.rglob("*")}
    assert owners == {(OWNER, OWNER)}


def epochs(out):
    return json.loads((out / "run/figures.jsonl").read_text().splitlines()[-1])["epoch"]


def test_the_challenge_in_a_container(engine, training_image, tmp_path):
    """The example's image, with /DATA that cannot be written: zips go to /USER."""
    tag = f"{TAGS}/parking"
    wanted = make_parking(tmp_path / "DATA")
    user = tmp_path / "USER"
    user.mkdir()
    os.chown(user, OWNER, OWNER)
    tmp_path.chmod(0o755)
    (tmp_path / "DATA/train.yaml").write_text("epochs: 1\nbatch: 4\nvalidation: 0\nworkers: 1\n")
    engine.build(tag, "--build-arg", f"REGISTRY={TAGS}", folder=ROOT / "examples/parking")
    flags = (
        "run", "--rm", *LOCKED, "--user", str(OWNER), "-v", f"{tmp_path / 'DATA'}:/DATA:ro",
        "-v", f"{user}:/USER", tag,
    )  # fmt: skip
    try:
        words = ("train.py", "--config", "/DATA/train.yaml", "--precision", "float32")
        trained = engine.run(*flags, *words)
        assert trained.stderr.count("estimate: ") == 4, trained.stderr[-2000:]
        engine.run(*flags, "predict.py")
    finally:
        engine.run("image", "rm", "-f", tag, check=False)
    answer = json.loads((user / "answer.json").read_text())
    assert {each["image_id"] for each in answer} <= {each["id"] for each in wanted}
    assert (user / "answer.json").stat().st_uid == OWNER


def test_pushed_forgotten_and_pulled(engine, training_image, registry, own_login):
    own_login(registry, PASSWORD)
    image = f"{registry}/{USER}/train:v0.1"
    engine.run("tag", training_image, image)
    engine.run("push", image)
    digest = engine.inspect(image, "{{index .RepoDigests 0}}")
    forget(engine, image)
    assert engine.run("image", "inspect", training_image, check=False).returncode
    try:
        engine.run("pull", digest)
        said = engine.run("run", "--rm", "--network", "none", digest, "train", "--help").stdout
        assert "--time-limit" in said
        engine.run("tag", digest, training_image)
    finally:
        engine.run("image", "rm", "-f", digest, check=False)
