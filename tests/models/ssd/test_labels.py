import pytest

from models.ssd.errors import BundleError, OptionError
from models.ssd.labels import Labels, parse_labels

LABELS = Labels(("traffic light", "cat", "dog"), (10, 17, 18))


def test_lines_become_columns():
    assert parse_labels(b"cat\ndog\n", (17, 18)) == Labels(("cat", "dog"), (17, 18))


@pytest.mark.parametrize("wanted", [["dog", "cat"], [" DOG ", "17"], ["18", "17", "dog"]])
def test_names_in_any_case_and_ids_find_their_columns(wanted):
    assert LABELS.columns(wanted) == (1, 2)


def test_an_unlike_name_is_told_what_there_is():
    with pytest.raises(OptionError, match="it knows 3, such as 'traffic light'"):
        LABELS.columns(["zebra crossing"])


def test_labels_must_be_text():
    with pytest.raises(BundleError, match="UTF-8"):
        parse_labels(b"\xff\n", (1,))
