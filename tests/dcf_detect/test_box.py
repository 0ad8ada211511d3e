import pytest

from dcf_detect import Box

CUP = Box("cup", 47, 0.96, 10, 20, 60, 100)


def test_a_box_tells_its_place_in_every_way():
    assert CUP.xyxy == (10, 20, 60, 100)
    assert CUP.xywh == (10, 20, 50, 80)
    assert (CUP.width, CUP.height, CUP.area, CUP.center) == (50, 80, 4000, (35.0, 60.0))


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        ((10, 20, 60, 100), 1.0),
        ((10, 20, 60, 60), 0.5),
        ((35, 20, 85, 100), 1 / 3),
        ((60, 20, 70, 100), 0.0),
        ((500, 500, 600, 600), 0.0),
    ],
)
def test_overlap(other, overlap):
    assert CUP.iou(Box("dog", 18, 0.1, *other)) == pytest.approx(overlap)


def test_a_box_goes_there_and_back(entry):
    assert Box.from_dict(entry).to_dict() == entry
    assert list(Box.from_dict(entry).to_dict()) == list(entry)


def test_a_confidence_may_be_a_whole_number(entry):
    assert Box.from_dict({**entry, "confidence": 1}).confidence == 1.0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("class", 12),
        ("class_id", "47"),
        ("class_id", True),
        ("confidence", "0.96"),
        ("confidence", 1.2),
        ("confidence", float("nan")),
        ("confidence", None),
        ("class_id", 2**31),
        ("class_id", -1),
        ("xmin", -1),
        ("xmin", 1.5),
        ("xmin", 415),
        ("ymax", 0),
    ],
)
def test_what_is_no_box_is_told(entry, key, value):
    with pytest.raises(ValueError, match=r"cannot be read: .*class must be a text.*format=json"):
        Box.from_dict({**entry, key: value})


def test_a_missing_key_is_named(entry):
    del entry["xmax"]
    with pytest.raises(ValueError, match="a detection has no 'xmax'; it has class, class_id"):
        Box.from_dict(entry)


def test_boxes_can_be_compared_and_gathered():
    assert {CUP, Box(*CUP.to_dict().values())} == {CUP}
