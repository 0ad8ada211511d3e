"""The answer of detection challenges."""

import json

import pytest

from models.prediction.errors import PredictionError
from models.prediction.formats.challenge import FORMAT, like


def test_rounded_and_without_a_space(wanted, answers):
    assert FORMAT.entries(wanted[0], answers[0]) == [
        b'{"image_id":7,"category_id":47,"bbox":[20.0,10.3,79.9,39.7],"score":0.9123,'
        b'"segmentation":[]}',
        b'{"image_id":7,"category_id":18,"bbox":[0.0,0.0,0.4,50.0],"score":0.5,"segmentation":[]}',
    ]
    assert FORMAT.entries(wanted[1], answers[1]) == []


def sample(tmp_path, document):
    (tmp_path / "sample_submission.json").write_text(json.dumps(document))
    return tmp_path / "sample_submission.json"


ENTRY = {"score": 0.5, "image_id": 1, "bbox": [0, 0, 1, 1], "category_id": 1}


def test_keys_and_order_are_the_samples(tmp_path, wanted, answers):
    form = like(sample(tmp_path, [ENTRY | {"memo": "", "category_name": "x", "mask": None}]))
    entry = form.entries(wanted[0], answers[0])[0]
    assert entry == (
        b'{"score":0.9123,"image_id":7,"bbox":[20.0,10.3,79.9,39.7],"category_id":47,'
        b'"memo":"","category_name":"cup","mask":null}'
    )
    assert (form.begin, form.end) == (b"[", b"]")


def test_a_list_in_an_object(tmp_path, wanted, answers):
    form = like(sample(tmp_path, {"annotations": [ENTRY]}))
    entries = form.between.join(form.entries(wanted[0], answers[0]))
    document = json.loads(form.begin + entries + form.end)
    assert [list(each) for each in document["annotations"]] == [list(ENTRY)] * 2


def test_an_empty_sample_changes_nothing(tmp_path, wanted, answers):
    form = like(sample(tmp_path, []))
    assert form.entries(wanted[0], answers[0]) == FORMAT.entries(wanted[0], answers[0])


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("text", "must be a list of objects"),
        ([1], "must be a list of objects"),
        ({"a": [], "b": []}, "must be a list of objects"),
        ([{"image_id": 1}], "have no 'category_id'"),
        ([ENTRY | {"depth": 3}], "no value is known for 'depth'"),
    ],
)
def test_other_samples_are_refused(tmp_path, document, said):
    with pytest.raises(PredictionError, match=said):
        like(sample(tmp_path, document))


def test_no_json(tmp_path):
    (tmp_path / "s.json").write_bytes(b"\xff{")
    with pytest.raises(PredictionError, match="is no sample of answers"):
        like(tmp_path / "s.json")
