"""What every engine behind the session's port must do."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import pytest

from models.ssd.bundle import EMBEDDED, open_bundle
from models.ssd.errors import BundleError
from models.ssd.session import open_session

BUNDLES = sorted(path.parent.name for path in EMBEDDED.glob("*/manifest.json"))
# SSD-300 VGG16 as each engine has it; their fixture is made in the training environment.
VGG16 = ("litert-float32", "litert-int8", "tensorflow-float32", "tensorflow-bfloat16")
# How far apart a picture's answers may be alone and in a batch: bfloat16 keeps 8 bits of a number.
APART = {"float32": 1e-4, "int8": 1e-5, "bfloat16": 0.25}


@pytest.fixture(
    scope="module",
    params=[
        *BUNDLES,
        *(pytest.param(name, marks=pytest.mark.tensorflow) for name in ("saved-model", *VGG16)),
    ],
)
def bundle(request):
    if request.param == "saved-model":
        return open_bundle(request.getfixturevalue("saved_model_folder"))
    if request.param in VGG16:
        return open_bundle(request.getfixturevalue("vgg16_folders")[request.param])
    return open_bundle(EMBEDDED / request.param)


@pytest.fixture(scope="module")
def session(bundle):
    return open_session(bundle, 2)


def tensor_of(bundle, seed, count=1):
    spec = bundle.manifest.input
    values = np.random.default_rng(seed).integers(0, 256, (count, spec.height, spec.width, 3))
    return ((values - np.array(spec.mean)) * np.array(spec.scale)).astype(spec.dtype)


def test_one_picture(bundle, session):
    scores, offsets = session.run(tensor_of(bundle, 0))
    anchors, columns = bundle.manifest.anchor_count, len(bundle.manifest.outputs.class_ids)
    assert scores.shape == (1, anchors, columns)
    assert offsets.shape == (1, anchors, 4)
    assert scores.dtype == offsets.dtype == np.float32
    assert np.isfinite(scores).all()
    assert np.isfinite(offsets).all()


def test_a_batch_is_its_pictures_in_order(bundle, session):
    batch = tensor_of(bundle, 1, count=3)
    scores, offsets = session.run(batch)
    apart = APART[bundle.manifest.precision]
    for index in range(3):
        alone = session.run(batch[index : index + 1])
        np.testing.assert_allclose(scores[index], alone[0][0], rtol=0, atol=apart)
        np.testing.assert_allclose(offsets[index], alone[1][0], rtol=0, atol=apart)


def test_answers_are_the_callers_own(bundle, session):
    first = session.run(tensor_of(bundle, 2))
    kept = [part.copy() for part in first]
    session.run(tensor_of(bundle, 3))
    session.run(tensor_of(bundle, 4))
    for part, copy in zip(first, kept, strict=True):
        assert part.tolist() == copy.tolist()


def test_parallel_calls_do_not_mix(bundle, session):
    tensors = [tensor_of(bundle, seed) for seed in range(4)]
    alone = [session.run(tensor)[0] for tensor in tensors]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda index: session.run(tensors[index % 4])[0], range(32)))
    for index, scores in enumerate(together):
        np.testing.assert_array_equal(scores, alone[index % 4])


def test_the_input_is_left_as_it_was(bundle, session):
    tensor = tensor_of(bundle, 5)
    before = tensor.copy()
    session.run(tensor)
    np.testing.assert_array_equal(tensor, before)


def test_a_graph_without_a_named_output_is_refused(bundle):
    outputs = msgspec.structs.replace(
        bundle.manifest.outputs, scores=("nowhere", *bundle.manifest.outputs.scores[1:])
    )
    manifest = msgspec.structs.replace(bundle.manifest, outputs=outputs)
    with pytest.raises(BundleError, match="no output 'nowhere'"):
        open_session(msgspec.structs.replace(bundle, manifest=manifest), 1)
