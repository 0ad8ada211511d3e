from dataclasses import replace

from models.datasets.exchange.batches import cut, rows_digest


def test_a_batch_ends_at_its_most_pictures_and_at_its_most_bytes(data):
    counted = []
    assert [len(each.pictures) for each in cut(data, counted.append)] == [3]
    assert sum(counted) == 3
    assert [len(each.pictures) for each in cut(data, most_pictures=2)] == [2, 1]
    assert [len(each.pictures) for each in cut(data, most_bytes=1)] == [1, 1, 1]


def test_the_same_pictures_have_the_same_key_in_whatever_order_they_come(data):
    turned = replace(data, pictures=data.pictures[::-1])
    assert [each.key for each in cut(turned)] == [each.key for each in cut(data)]


def test_whatever_a_row_says_changes_the_key(data):
    first = data.pictures[0]
    changes = {
        "name": "z.png", "split": "val", "source": "b", "licence": "MIT", "image_id": 77,
        "boxes": first.boxes + 0.001, "crowd": ~first.crowd, "difficult": ~first.difficult,
        "columns": first.columns * 0 + 1, "file": data.pictures[1].file,
    }  # fmt: skip
    keys = {cut(data)[0].key}
    for name, value in changes.items():
        other = replace(data, pictures=(replace(first, **{name: value}), *data.pictures[1:]))
        keys.add(cut(other)[0].key)
    keys.add(cut(replace(data, names=("kitten", *data.names[1:])))[0].key)
    assert len(keys) == len(changes) + 2


def test_a_class_without_objects_changes_the_digest_of_all_rows(data):
    batches = cut(data)
    less = replace(data, names=data.names[:2], class_ids=data.class_ids[:2])
    assert cut(less)[0].key == batches[0].key
    assert rows_digest(less, batches) != rows_digest(data, batches)
