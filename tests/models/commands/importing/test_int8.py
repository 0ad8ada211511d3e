"""int8 from photos to bundle, of a network small enough to be quantized in a second."""

import cv2
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment has it: make train-env")

from models.commands.importing.int8 import write_int8
from models.commands.importing.request import Request
from models.commands.importing.steps import Imported
from models.commands.rebuilding import quantizing
from models.ssd.bundle import open_bundle
from models.ssd.convert import ConversionFailed
from models.ssd.detector import Detector
from models.ssd.importers.origin import Origin
from models.ssd.nets.layers import INPUT, Layer, LayerWeights, Network
from models.ssd.spec import AnchorLayer, BoxCoderSpec, InputSpec

pytestmark = pytest.mark.tensorflow

LAYERS = (
    Layer("stem", "conv", (INPUT,), (8, 8, 3, 16), 8, activation="relu"),
    Layer("scores", "conv", ("stem",), (1, 1, 16, 21)),
    Layer("offsets", "conv", ("stem",), (1, 1, 16, 4)),
)


@pytest.fixture
def imported():
    random = np.random.default_rng(3)
    network = Network(
        name="small",
        input=InputSpec(
            height=32, width=32, mean=(123, 117, 104), scale=(1,) * 3, resize="legacy_bilinear"
        ),
        layers=LAYERS,
        scores=("scores",),
        offsets=("offsets",),
        activation="softmax",
        background=0,
        anchors=(AnchorLayer(grid=(4, 4), step=(0.25, 0.25), sizes=((0.5, 0.5),)),),
        box_coder=BoxCoderSpec(order="xywh", variances=(0.1, 0.1, 0.2, 0.2)),
    )
    spreads = {"stem": 0.005, "scores": 0.5, "offsets": 0.1}
    weights = {
        layer.name: LayerWeights(
            random.normal(0, spreads[layer.name], layer.kernel).astype(np.float32),
            random.normal(0, 0.1, layer.bias).astype(np.float32),
        )
        for layer in LAYERS
    }
    return Imported(network, weights, "net.ckpt", Origin(()))


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


def run(imported, request):
    steps, said = [], []
    manifest, agreement = write_int8(
        imported, request, lambda step, share: steps.append((step, share)), said.append
    )
    return manifest, agreement, [step for step, share in steps if share == 1], said


def test_a_bundle_judged_on_photos_it_never_saw(imported, request_):
    manifest, agreement, _, said = run(imported, request_)
    assert said == ["18 photos to calibrate with and 6 to judge, evenly chosen out of 24"]
    assert agreement.photos == 6
    assert agreement.exact > 10
    assert agreement.matched >= 0.8 * agreement.exact
    assert 0 < agreement.logit_error < 0.3
    assert (manifest.name, manifest.precision) == ("ssd300_vgg16_voc_int8", "int8")
    assert manifest.provenance["held_out"]["matched"] == agreement.matched
    assert manifest.provenance["calibration"]["images"] == 18
    assert open_bundle(request_.out).manifest == manifest
    Detector(request_.out).warm()


def test_the_long_step_is_not_done_twice(imported, request_, monkeypatch):
    _, first, done, _ = run(imported, request_)
    assert "rounding weights" in done
    monkeypatch.setattr(quantizing, "quantize_network", None)
    _, second, done, _ = run(imported, request_)
    assert "rounding weights (done before)" in done
    assert second == first


def test_it_is_done_anew_for_other_weights(imported, request_):
    run(imported, request_)
    imported.weights["stem"].bias[0] += 1
    assert "rounding weights" in run(imported, request_)[2]
    assert len(list(request_.cache.glob("int8-*.tflite"))) == 2


def test_an_interruption_leaves_no_bundle_and_is_gone_on_from(imported, request_):
    def progress(step, share):
        if step == "rounding weights":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_int8(imported, request_, progress, lambda line: None)
    assert not request_.out.exists()
    (layers,) = request_.cache.iterdir()
    assert [file.name for file in layers.iterdir()] == ["stem.npz"]
    run(imported, request_)
    assert open_bundle(request_.out).manifest.precision == "int8"
    assert [file.suffix for file in request_.cache.iterdir()] == [".tflite"]


def test_a_result_that_answers_otherwise_is_not_written(imported, request_):
    run(imported, request_)
    (kept,) = request_.cache.glob("int8-*.tflite")
    other = {name: LayerWeights(-kernel, bias) for name, (kernel, bias) in imported.weights.items()}
    changed = Imported(imported.network, other, "net.ckpt", Origin(()))
    before = open_bundle(request_.out).digest
    content = kept.read_bytes()
    run_changed = pytest.raises(ConversionFailed, match="nothing was written")
    with run_changed, pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.commands.importing.int8.kept_int8_graph", lambda *arguments: content)
        run(changed, request_)
    assert open_bundle(request_.out).digest == before
