import pytest

from models.datasets.errors import DataSetError
from models.datasets.tolerance import ANY, Tolerance


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("0", 0, "0"), ("20", 20, "20"), ("1%", 10, "1 %"), (" 2.5 % ", 25, "2.5 %"),
        ("0.05", 50, "5 %"), ("100%", 1000, "100 %"), ("0.0", 0, "0 %"), ("1", 1, "1"),
    ],
)  # fmt: skip
def test_a_number_or_a_share(text, most, shown):
    tolerance = Tolerance.parse(text)
    assert tolerance.allows(most, 1000)
    assert not tolerance.allows(most + 1, 1000)
    assert str(tolerance) == shown


@pytest.mark.parametrize("text", ["", "x", "-1", "-1%", "101%", "1.5", "nan", "inf", "%", "²"])
def test_anything_else_is_refused(text):
    with pytest.raises(DataSetError, match="--max-bad is"):
        Tolerance.parse(text)


def test_any():
    assert ANY.allows(10, 10)
