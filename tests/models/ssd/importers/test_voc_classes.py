from models.ssd.importers.voc_classes import CLASS_IDS, LABELS


def test_a_background_and_twenty_classes_in_the_order_of_the_alphabet():
    assert LABELS[0] == "background"
    assert list(LABELS[1:]) == sorted(LABELS[1:])
    assert len(set(LABELS)) == 21
    assert list(CLASS_IDS) == list(range(21))
    assert (LABELS[12], LABELS[15]) == ("dog", "person")
