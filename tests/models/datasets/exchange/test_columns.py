import pytest

from models.datasets.errors import DataSetError
from models.datasets.exchange.columns import check_schema, schema, table_of
from models.datasets.exchange.libraries import need

pytestmark = pytest.mark.lifecycle


def test_a_picture_is_a_row_with_its_boxes_as_records(data):
    table = table_of(data.pictures, data)
    assert table.schema.equals(schema())
    check_schema(table.schema, "t")
    row = table.to_pylist()[0]
    assert row["bytes"] == data.pictures[0].file.read_bytes()
    assert (row["name"], row["source"], row["licence"]) == ("a.png", "camera 1", "CC-BY-4.0")
    assert row["boxes"][0] == {
        "class": "cat", "class_id": 3, "xmin": 10, "ymin": 5, "xmax": 30, "ymax": 35,
        "crowd": False, "difficult": False,
    }  # fmt: skip
    assert [box["crowd"] for box in row["boxes"]] == [False, True, False]
    assert [box["difficult"] for box in row["boxes"]] == [False, False, True]


def test_other_columns_are_named_each():
    pa = need("pyarrow")
    box = pa.struct([("class", pa.string()), ("class_id", pa.string()), ("xmin", pa.int32())])
    found = pa.schema(
        [("image_id", pa.float64()), ("name", pa.large_string()), ("boxes", pa.list_(box))]
    )
    with pytest.raises(DataSetError) as caught:
        check_schema(found, "t.parquet")
    assert caught.value.message == (
        "t.parquet has other columns than a data set: bytes is missing; image_id is double, not "
        "int64; boxes.class_id is string, not int64; boxes.ymin is missing; boxes.xmax is missing; "
        "boxes.ymax is missing"
    )


@pytest.mark.parametrize("kind", ["string", "list", "none"])
def test_boxes_must_be_a_list_of_records(kind):
    pa = need("pyarrow")
    boxes = {"string": pa.string(), "list": pa.list_(pa.float64())}.get(kind)
    fields = [("image_id", pa.int64()), ("name", pa.string()), ("bytes", pa.binary())]
    found = pa.schema(fields + ([("boxes", boxes)] if boxes is not None else []))
    with pytest.raises(DataSetError, match="boxes is "):
        check_schema(found, "t")


def test_less_columns_will_do_and_more_do_no_harm():
    pa = need("pyarrow")
    box = pa.struct([(name, pa.float32()) for name in ("xmin", "ymin", "xmax", "ymax")])
    box = pa.struct([("class", pa.string()), ("class_id", pa.int16()), *box])
    fields = [("image_id", pa.int32()), ("name", pa.string()), ("bytes", pa.large_binary())]
    check_schema(pa.schema([*fields, ("boxes", pa.large_list(box)), ("more", pa.date32())]), "t")
