"""The columns of a place: a row a picture, its boxes as repeated records."""

import hashlib
from collections.abc import Iterable
from typing import Any

from ..errors import DataSetError
from ..record import Annotated, DataSet
from .libraries import need

_BOX = (
    ("class", "string"), ("class_id", "int64"), ("xmin", "double"), ("ymin", "double"),
    ("xmax", "double"), ("ymax", "double"), ("crowd", "bool"), ("difficult", "bool"),
)  # fmt: skip
_PICTURE = (
    ("image_id", "int64"), ("name", "string"), ("bytes", "binary"), ("width", "int64"),
    ("height", "int64"), ("sha256", "string"), ("split", "string"), ("source", "string"),
    ("licence", "string"),
)  # fmt: skip
_NEEDED = ("image_id", "name", "bytes")
_FLAGS = {"crowd", "difficult"}
"""What a table of somebody else must have, besides boxes; and of a box need not."""


def fields() -> dict[str, str | dict[str, str]]:
    """Type of each column; of boxes, type of each of their parts."""
    return {**dict(_PICTURE), "boxes": dict(_BOX)}


def schema() -> Any:  # noqa: ANN401 - Arrow has no types
    """The schema, as Arrow's."""
    pa = need("pyarrow")
    box = pa.struct([pa.field(name, _type(kind)) for name, kind in _BOX])
    plain = [pa.field(name, _type(kind)) for name, kind in _PICTURE]
    return pa.schema([*plain, pa.field("boxes", pa.list_(box))])


def table_of(pictures: Iterable[Annotated], data: DataSet) -> Any:  # noqa: ANN401 - likewise
    """Pictures as a table of Arrow, their files' bytes in it."""
    rows = [_row(picture, data) for picture in pictures]
    return need("pyarrow").Table.from_pylist(rows, schema=schema())


def check_schema(found: Any, where: str) -> None:  # noqa: ANN401 - likewise
    """Refuses a table of other columns; more columns than ours do no harm.

    Args:
        found: Its schema, as Arrow's.
        where: The file or table, as a person knows it.

    Raises:
        DataSetError: A column is missing, or of another type; names each.
    """
    pa = need("pyarrow")
    wanted = dict(_PICTURE)
    troubles = [f"{name} is missing" for name in _NEEDED if found.get_field_index(name) < 0]
    troubles += [
        f"{field.name} is {field.type}, not {wanted[field.name]}"
        for field in found
        if field.name in wanted and not _fits(field.type, wanted[field.name])
    ]
    position = found.get_field_index("boxes")
    kind = found.field(position).type if position >= 0 else None
    if kind is None:
        troubles.append("boxes is missing")
    elif not (_is_list(kind) and pa.types.is_struct(kind.value_type)):
        troubles.append(f"boxes is {kind}, not a list of records")
    else:
        troubles += _box_troubles(kind.value_type)
    if troubles:
        raise DataSetError(f"{where} has other columns than a data set: {'; '.join(troubles)}")


def _box_troubles(struct: Any) -> list[str]:  # noqa: ANN401 - likewise
    kinds = {
        struct.field(place).name: struct.field(place).type for place in range(struct.num_fields)
    }
    troubles = []
    for name, wanted in _BOX:
        if name not in kinds and name not in _FLAGS:
            troubles.append(f"boxes.{name} is missing")
        elif name in kinds and not _fits(kinds[name], wanted):
            troubles.append(f"boxes.{name} is {kinds[name]}, not {wanted}")
    return troubles


def _fits(kind: Any, wanted: str) -> bool:  # noqa: ANN401 - likewise
    types = need("pyarrow").types
    if wanted == "string":
        return bool(types.is_string(kind) or types.is_large_string(kind))
    if wanted == "binary":
        return bool(types.is_binary(kind) or types.is_large_binary(kind))
    if wanted == "int64":
        return bool(types.is_integer(kind))
    if wanted == "double":
        return bool(types.is_floating(kind) or types.is_integer(kind))
    return bool(types.is_boolean(kind))


def _is_list(kind: Any) -> bool:  # noqa: ANN401 - likewise
    types = need("pyarrow").types
    return bool(types.is_list(kind) or types.is_large_list(kind))


def _type(kind: str) -> Any:  # noqa: ANN401 - likewise
    pa = need("pyarrow")
    kinds = {"int64": pa.int64, "double": pa.float64, "string": pa.string, "binary": pa.binary}
    return kinds.get(kind, pa.bool_)()


def _row(picture: Annotated, data: DataSet) -> dict[str, Any]:
    content = picture.file.read_bytes()
    rows = zip(
        picture.boxes.tolist(), picture.columns.tolist(), picture.crowd.tolist(),
        picture.difficult.tolist(), strict=True,
    )  # fmt: skip
    return {
        "image_id": picture.image_id,
        "name": picture.name,
        "bytes": content,
        "width": picture.size[1],
        "height": picture.size[0],
        "sha256": hashlib.sha256(content).hexdigest(),
        "split": picture.split,
        "source": picture.source,
        "licence": picture.licence,
        "boxes": [
            {
                "class": data.names[column], "class_id": data.class_ids[column],
                "xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax,
                "crowd": crowd, "difficult": difficult,
            }
            for (ymin, xmin, ymax, xmax), column, crowd, difficult in rows
        ],
    }  # fmt: skip
