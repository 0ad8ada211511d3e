"""The answer of detection challenges."""

from models.prediction.formats.challenge import FORMAT


def test_rounded_and_without_a_space(wanted, answers):
    assert FORMAT.entries(wanted[0], answers[0]) == [
        b'{"image_id":7,"category_id":47,"bbox":[20.0,10.3,79.9,39.7],"score":0.9123,'
        b'"segmentation":[]}',
        b'{"image_id":7,"category_id":18,"bbox":[0.0,0.0,0.4,50.0],"score":0.5,"segmentation":[]}',
    ]
    assert FORMAT.entries(wanted[1], answers[1]) == []
