"""`ssd import slim` as a person runs it: first mistakes, then checkpoints of the whole network."""

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from models.bundling.catalogue import CATALOGUE
from models.commands.__main__ import VERBS
from models.commands.import_ import command
from models.ssd.bundle import open_bundle

ROOT = Path(__file__).parents[3]
SSD = Path(sys.executable).with_name("ssd")
NAME = "ssd_300_vgg.ckpt"
HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None


def ssd(*arguments):
    return subprocess.run(
        [SSD, "import", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing argument 'CHECKPOINT'"),
        (["a.ckpt"], "Missing option '--out'"),
        (["a.ckpt", "--out", "b", "--precision", "int8", "--engine", "tensorflow"],
         "there are litert with float32 or int8, tensorflow with float32 or bfloat16"),
        (["a.ckpt", "--out", "b", "--precision", "bfloat16"], "litert has no --precision bfloat16"),
        (["a.ckpt", "--out", "b", "--photos", "nowhere"], "'nowhere' does not exist"),
        (["a.ckpt", "--out", "b", "--photos", str(ROOT)], "--photos calibrates int8"),
        (["a.ckpt", "--out", "b", "--anchors", "none"], "'none' is not one of 'port', 'paper'"),
    ],
    ids=lambda value: None,
)  # fmt: skip
def test_usage_errors(arguments, words):
    result = CliRunner().invoke(command, ["slim", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_verb_that_python_keeps_for_itself():
    assert "import" in VERBS
    result = ssd("--help")
    assert result.returncode == 0
    assert "slim" in result.stdout
    assert result.stderr == ""


def test_the_anchor_sets_are_the_catalogues():
    (option,) = (each for each in command.commands["slim"].params if each.name == "anchors")
    assert list(option.type.choices) == list(CATALOGUE["ssd300-vgg16"].anchor_sets)


@pytest.mark.skipif(HAS_TENSORFLOW, reason="only tells what is missing where it is missing")
def test_tensorflow_is_asked_for_in_one_line(tmp_path):
    result = ssd("slim", "a.ckpt", "--out", tmp_path / "bundle")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "make train-env" in result.stderr


# What follows imports whole checkpoints: 26 million weights, 105 MB.


def seeded():
    from models.ssd.importers.seeded import seeded_variable
    from models.ssd.importers.slim import variable_shapes
    from models.ssd.nets.vgg16 import ssd300_vgg16

    shapes = variable_shapes(ssd300_vgg16())
    return {name: seeded_variable(name, shape, 5) for name, shape in shapes.items()}


def save(prefix, variables, version="V2"):
    """Writes a checkpoint as a training script of TensorFlow 1 does."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        # Placeholders: a graph may not hold constants of more than 2 GB, nor should it of less.
        every, feeds = [], {}
        for name, value in variables.items():
            source = v1.placeholder(value.dtype, value.shape)
            every.append(v1.get_variable(name, initializer=source))
            feeds[source] = value
        session.run(v1.global_variables_initializer(), feeds)
        writer = getattr(v1.train.SaverDef, version)
        v1.train.Saver(every, write_version=writer).save(session, str(prefix))
    return prefix


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return save(tmp_path_factory.mktemp("checkpoint") / NAME, seeded())


@pytest.fixture(scope="module")
def published(checkpoint):
    """Zipped as the original's repository has it."""
    path = checkpoint.parent / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for suffix in (".data-00000-of-00001", ".index"):
            archive.write(f"{checkpoint}{suffix}", f"{NAME}{suffix}")
    return path


@pytest.fixture(scope="module")
def bundle(published, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "bundle"
    result = ssd("slim", published, "--out", out, "--license", "MIT", "--version", "2.1.0")
    assert result.returncode == 0, result.stderr
    return open_bundle(out), result


@pytest.mark.tensorflow
def test_the_zip_becomes_a_bundle(bundle, published):
    opened, result = bundle
    manifest = opened.manifest
    assert (manifest.engine, manifest.precision) == ("litert", "float32")
    assert (manifest.name, manifest.version) == ("ssd300_vgg16_voc", "2.1.0")
    assert (manifest.network, manifest.license) == ("ssd300_vgg16", "MIT")
    assert manifest.outputs.class_ids == tuple(range(21))
    assert manifest.outputs.background == 0
    assert opened.labels.names[12] == "dog"
    assert (manifest.defaults.iou, manifest.defaults.top_k) == (0.45, 400)
    assert (manifest.defaults.threshold, manifest.defaults.max_detections) == (0.5, 100)
    assert manifest.anchor_count == 8732
    source = manifest.provenance.source
    assert source.checkpoint == NAME
    assert source.origin == "unverified origin"
    assert source.files[0].file == f"{NAME}.zip"
    assert source.files[0].bytes == published.stat().st_size
    assert str(published.parent) not in json.dumps(manifest.provenance.values())
    lines = result.stdout.splitlines()
    assert lines[0] == "origin: unverified origin"
    assert "105 MB" in lines[1]
    assert f"MODEL_BUNDLE={opened.path}" in lines[-1]


@pytest.mark.tensorflow
def test_progress_is_all_that_standard_error_shows(bundle):
    lines = bundle[1].stderr.splitlines()
    assert lines[0] == "reading the checkpoint ..."
    assert lines[2] == "converting ..."
    assert [line.split(":")[0] for line in lines[1::2]] == ["reading the checkpoint", "converting"]
    assert len(lines) == 4


@pytest.mark.tensorflow
def test_the_bundle_detects_without_tensorflow(bundle):
    picture = ROOT / "tests/data/golden/coffee.png"
    script = (
        "import sys; from pathlib import Path; from models.ssd.detector import Detector; "
        "d = Detector(Path(sys.argv[1])).detect(Path(sys.argv[2]).read_bytes()).detections; "
        "assert 'tensorflow' not in sys.modules; print(len(d))"
    )
    arguments = [sys.executable, "-c", script, bundle[0].path, picture]
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=True)
    assert int(result.stdout) > 0


@pytest.mark.tensorflow
def test_the_old_format_gives_the_same_graph(bundle, tmp_path):
    save(tmp_path / NAME, seeded(), "V1")
    assert not list(tmp_path.glob("*.index"))
    (tmp_path / "out").mkdir()  # an empty folder is a place, too
    result = ssd("slim", tmp_path / NAME, "--out", tmp_path / "out", "--name", "old")
    assert result.returncode == 0, result.stderr
    old = open_bundle(tmp_path / "out")
    assert old.manifest.name == "old"
    assert old.manifest.files["model.tflite"] == bundle[0].manifest.files["model.tflite"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_saved_model_for_a_gpu(checkpoint, bundle, tmp_path, precision):
    from models.ssd.session import open_session

    arguments = ["--engine", "tensorflow", "--precision", precision, "--anchors", "paper"]
    result = ssd("slim", checkpoint.parent, "--out", tmp_path / "out", *arguments)
    assert result.returncode == 0, result.stderr
    opened = open_bundle(tmp_path / "out")
    assert (opened.manifest.engine, opened.manifest.precision) == ("tensorflow", precision)
    assert opened.manifest.provenance.anchors == "paper"
    assert opened.manifest.anchors != bundle[0].manifest.anchors
    assert [each.file for each in opened.manifest.provenance.source.files] == [
        f"{NAME}.index", f"{NAME}.data-00000-of-00001"
    ]  # fmt: skip
    tensor = np.random.default_rng(0).normal(0, 50, (1, 300, 300, 3)).astype(np.float32)
    wanted, found = (open_session(each, 1).run(tensor) for each in (bundle[0], opened))
    allowed = 1e-3 if precision == "float32" else 0.2
    for one, other in zip(wanted, found, strict=True):
        assert np.sqrt(np.mean((one - other) ** 2)) < allowed


@pytest.mark.tensorflow
def test_another_network_is_told_variable_by_variable(tmp_path):
    variables = {
        "ssd_300_vgg/conv1/conv1_1/weights": np.zeros((3, 3, 3, 64), np.float32),
        "ssd_300_vgg/conv1/conv1_2/weights": np.zeros((3, 3, 64, 32), np.float32),
        "global_step": np.int64(5),
    }
    save(tmp_path / NAME, variables)
    result = ssd("slim", tmp_path / NAME, "--out", tmp_path / "out")
    assert result.returncode == 1
    progress, *lines = result.stderr.splitlines()
    assert progress == "reading the checkpoint ..."
    assert len(lines) == 69 + 1 + 1 + 1  # missing, of another shape, unknown; and the error
    assert "ssd_300_vgg/conv1/conv1_1/biases is missing" in lines
    assert "ssd_300_vgg/conv1/conv1_2/weights is [3, 3, 64, 32] instead of [3, 3, 64, 64]" in lines
    assert "global_step is unknown" in lines
    assert lines[-1].startswith("Error: not a checkpoint of ssd300_vgg16: 71 of its variables")
    assert not (tmp_path / "out").exists()


@pytest.mark.tensorflow
def test_one_broken_number_is_named(tmp_path):
    variables = seeded()
    variables["ssd_300_vgg/block8_box/conv_cls/biases"][3] = np.nan
    save(tmp_path / NAME, variables)
    result = ssd("slim", tmp_path / NAME, "--out", tmp_path / "out")
    assert result.returncode == 1
    message = result.stderr.splitlines()[-1]
    assert "block8_box/conv_cls/biases of ssd_300_vgg.ckpt has 1 of" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.tensorflow
@pytest.mark.parametrize("harm", ["zip cut", "data cut", "taken", "name"])
def test_mistakes_end_in_one_line_and_nothing_is_written(checkpoint, published, tmp_path, harm):
    source, out, more = tmp_path / "a.zip", tmp_path / "out", []
    if harm == "zip cut":
        source.write_bytes(published.read_bytes()[:-1000])
    elif harm == "data cut":
        source = tmp_path / NAME
        shutil.copyfile(f"{checkpoint}.index", f"{source}.index")
        data = Path(f"{checkpoint}.data-00000-of-00001").read_bytes()
        Path(f"{source}.data-00000-of-00001").write_bytes(data[: len(data) // 2])
    elif harm == "taken":
        out.mkdir()
        (out / "thesis.txt").write_text("years of work")
    else:
        more = ["--name", "my model"]
    before = sorted(tmp_path.rglob("*"))
    result = ssd("slim", source, "--out", out, *more)
    assert result.returncode == 1
    expected = {
        "zip cut": "is a damaged zip archive",
        "data cut": f"{NAME} is not a whole TensorFlow checkpoint",
        "taken": "is no bundle and not empty",
        "name": "'my model' is not a model name",
    }
    lines = [line for line in result.stderr.splitlines() if "reading" not in line]
    assert len(lines) == 1
    assert expected[harm] in lines[0]
    assert sorted(tmp_path.rglob("*")) == before
