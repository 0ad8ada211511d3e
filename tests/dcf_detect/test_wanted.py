import pytest

from dcf_detect.wanted import words_of


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("dog", ("dog",)),
        ("dog, dining table", ("dog", "dining table")),
        (18, ("18",)),
        (["dog", 3], ("dog", "3")),
        (("dog,car", "cup"), ("dog", "car", "cup")),
        ({"dog"}, ("dog",)),
        ("", ()),
        ([], ()),
    ],
)
def test_classes_are_written_in_many_ways(given, words):
    assert words_of(given) == words


@pytest.mark.parametrize("given", [[1.5], [None], [True], True, [["dog"]], [b"dog"]])
def test_what_names_no_class(given):
    with pytest.raises(TypeError, match="classes must be names or ids, such as"):
        words_of(given)
