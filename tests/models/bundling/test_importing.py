"""From a request to a bundle, of a network small enough to be quantized in a second."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.bundling import quantizing
from models.bundling.errors import BadIdentity
from models.bundling.importing import check_identity, write
from models.bundling.request import Request
from models.ssd.bundle import open_bundle
from models.ssd.convert import ConversionFailed
from models.ssd.detector import Detector
from models.ssd.nets.layers import LayerWeights

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def request_(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    random = np.random.default_rng(7)
    for index in range(24):
        coarse = random.integers(0, 256, (5, 5, 3), np.uint8)
        cv2.imwrite(str(photos / f"{index:02}.png"), cv2.resize(coarse, (60, 40)))
    return Request(
        tmp_path / "net.ckpt",
        tmp_path / "bundle",
        precision="int8",
        photos=photos,
        cache=tmp_path / "cache",
    )


def run(trained, request):
    steps, said = [], []
    imported = write(trained, request, lambda step, share: steps.append((step, share)), said.append)
    done = [step for step, share in steps if share == 1]
    return imported.manifest, imported.agreement, done, said


def test_a_bundle_judged_on_photos_it_never_saw(trained, request_):
    manifest, agreement, _, said = run(trained, request_)
    assert said == ["18 photos to calibrate with and 6 to judge, evenly chosen out of 24"]
    assert agreement.photos == 6
    assert agreement.exact > 10
    assert agreement.matched >= 0.8 * agreement.exact
    assert 0 < agreement.logit_error < 0.3
    assert (manifest.name, manifest.precision) == ("ssd300_vgg16_voc_int8", "int8")
    assert manifest.provenance.held_out == agreement.held_out()
    assert manifest.provenance.calibration.images == 18
    assert manifest.provenance.calibration.held_out == 6
    assert open_bundle(request_.out).manifest == manifest
    Detector(request_.out).warm()


def test_the_long_step_is_not_done_twice(trained, request_, monkeypatch):
    _, first, done, _ = run(trained, request_)
    assert "rounding weights" in done
    monkeypatch.setattr(quantizing, "quantize_network", None)
    _, second, done, _ = run(trained, request_)
    assert "rounding weights (done before)" in done
    assert second == first


def test_it_is_done_anew_for_other_weights(trained, request_):
    run(trained, request_)
    trained.weights["stem"].bias[0] += 1
    assert "rounding weights" in run(trained, request_)[2]
    assert len(list(request_.cache.glob("int8-*.tflite"))) == 2


def test_an_interruption_leaves_no_bundle_and_is_gone_on_from(trained, request_):
    def progress(step, share):
        if step == "rounding weights":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(trained, request_, progress, lambda line: None)
    assert not request_.out.exists()
    (layers,) = request_.cache.iterdir()
    assert [file.name for file in layers.iterdir()] == ["stem.npz"]
    run(trained, request_)
    assert open_bundle(request_.out).manifest.precision == "int8"
    assert [file.suffix for file in request_.cache.iterdir()] == [".tflite"]


def test_a_result_that_answers_otherwise_is_not_written(trained, request_):
    run(trained, request_)
    (kept,) = request_.cache.glob("int8-*.tflite")
    other = {name: LayerWeights(-kernel, bias) for name, (kernel, bias) in trained.weights.items()}
    changed = replace(trained, weights=other)
    before = open_bundle(request_.out).digest
    content = kept.read_bytes()
    run_changed = pytest.raises(ConversionFailed, match="nothing was written")
    with run_changed, pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.bundling.writing.kept_int8_graph", lambda *arguments: content)
        run(changed, request_)
    assert open_bundle(request_.out).digest == before


@pytest.mark.parametrize(
    ("engine", "precision", "conversion"),
    [
        ("litert", "float32", "float32 of the checkpoint"),
        ("tensorflow", "bfloat16", "bfloat16 of the checkpoint's float32"),
    ],
)
def test_float_numbers_need_no_photos(trained, tmp_path, engine, precision, conversion):
    asked = Request(
        tmp_path / "net.ckpt", tmp_path / "bundle", engine=engine, precision=precision,
        anchors="paper", version="2.0.0", license="MIT",
    )  # fmt: skip
    manifest, agreement, done, said = run(trained, asked)
    assert (agreement, said, done) == (None, [], ["converting"])
    assert (manifest.engine, manifest.precision) == (engine, precision)
    assert (manifest.version, manifest.license) == ("2.0.0", "MIT")
    assert manifest.provenance.conversion == conversion
    assert manifest.provenance.anchors == "paper"
    assert manifest.provenance.source == trained.source
    Detector(asked.out).warm()


def test_a_name_is_refused_before_any_work(tmp_path):
    check_identity(Request(tmp_path, tmp_path, name="fine-1.0"))
    with pytest.raises(BadIdentity, match="--name: 'my model' is not a model name"):
        check_identity(Request(tmp_path, tmp_path, name="my model"))
