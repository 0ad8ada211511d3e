"""Which lanes there are, and when they are made."""

import threading

import msgspec
import numpy as np
import pytest

from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle
from models.ssd.errors import BundleError
from models.ssd.session_litert import LiteRtSession

TENSOR = np.zeros((1, 300, 300, 3), np.int8)


@pytest.fixture(scope="module")
def bundle():
    return open_bundle(DEFAULT_BUNDLE)


def test_lone_calls_share_one_wide_lane(bundle):
    session = LiteRtSession(bundle, 2)
    session.run(TENSOR)
    session.run(TENSOR)
    assert (len(session._wide), len(session._narrow)) == (1, 0)


def test_lanes_for_calls_in_company_are_made_once(bundle):
    session = LiteRtSession(bundle, 2)
    alone = session.run(TENSOR)
    for _ in range(3):
        in_company = session.run(TENSOR, others=1)
    assert (len(session._wide), len(session._narrow)) == (1, 1)
    np.testing.assert_array_equal(alone[0], in_company[0])
    np.testing.assert_array_equal(alone[1], in_company[1])


def test_never_more_lanes_than_processors_whatever_comes(bundle):
    session = LiteRtSession(bundle, 2)
    threads = [
        threading.Thread(target=session.run, args=(TENSOR, others)) for others in (0, 0, 1, 1) * 6
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(session._wide) == 1
    assert len(session._narrow) <= 2


def test_one_processor_needs_one_lane(bundle):
    session = LiteRtSession(bundle, 1)
    session.run(TENSOR, others=3)
    assert (len(session._wide), len(session._narrow)) == (1, 0)


def test_several_pictures_are_answered_one_after_another(bundle):
    session = LiteRtSession(bundle, 1)
    two = np.stack([TENSOR[0], np.full_like(TENSOR[0], 90)])
    scores, offsets = session.run(two)
    assert (scores.shape, offsets.shape) == ((2, 1917, 80), (2, 1917, 4))
    for index in range(2):
        alone = session.run(two[index : index + 1])
        np.testing.assert_array_equal(scores[index], alone[0][0])
        np.testing.assert_array_equal(offsets[index], alone[1][0])


@pytest.mark.parametrize(
    ("part", "change", "told"),
    [
        (
            "input",
            {"height": 301},
            r"reads int8 \(1, 300, 300, 3\), the manifest says int8 \(1, 301",
        ),
        ("input", {"dtype": "float32"}, "the manifest says float32"),
        ("outputs", {"class_ids": tuple(range(7))}, "does not split into rows of 7"),
        ("outputs", {"offsets": ("scores_0",) * 6}, "they do not belong together"),
    ],
    ids=["size", "type", "columns", "rows"],
)
def test_a_manifest_of_another_graph_is_refused(bundle, part, change, told):
    manifest = bundle.manifest
    other = msgspec.structs.replace(getattr(manifest, part), **change)
    wrong = msgspec.structs.replace(
        bundle, manifest=msgspec.structs.replace(manifest, **{part: other})
    )
    with pytest.raises(BundleError, match=told):
        LiteRtSession(wrong, 1)
