from models.ssd.importers.coco_classes import CLASS_IDS, LABELS


def test_eighty_classes_in_ninety_ids():
    names = dict(zip(CLASS_IDS, LABELS, strict=True))
    assert len(names) == len(set(names.values())) == 80
    assert list(names) == sorted(names)
    assert set(range(1, 91)) - set(names) == {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
    known = {1: "person", 3: "car", 18: "dog", 47: "cup", 67: "dining table", 90: "toothbrush"}
    assert known.items() <= names.items()
