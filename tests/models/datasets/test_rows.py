from models.datasets.record import BadRow
from models.datasets.rows import ObjectRow, PictureRow, Rows


def test_pictures_and_objects_count_good_and_bad(tmp_path):
    each = ObjectRow("here", 0, (0, 0, 1, 1))
    pictures = (
        PictureRow("here", "a.jpg", tmp_path / "a.jpg", (each, each)),
        PictureRow("here", "b.jpg", tmp_path / "b.jpg"),
    )
    assert Rows(("cat",), (1,), pictures, (BadRow("here", "so"),)).count == 5
    assert Rows((), (), ()).count == 0
