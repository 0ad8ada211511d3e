from pathlib import Path

import pytest

from models.search.errors import BadStudy
from models.search.place import Place


@pytest.mark.parametrize(
    ("text", "folder", "database", "is_sqlite"),
    [
        ("searches/digits", "searches/digits", "searches/digits/journal.jsonl", False),
        ("journal:searches/digits.jsonl", "searches/digits", "searches/digits.jsonl", False),
        ("sqlite:///searches/digits.db", "searches/digits", "searches/digits.db", True),
        ("sqlite:////var/digits.db", "/var/digits", "/var/digits.db", True),
    ],
)
def test_a_folder_or_a_file(text, folder, database, is_sqlite):
    place = Place.parse(text)
    assert place.folder == Path(folder).absolute()
    assert place.database == Path(database).absolute()
    assert place.is_sqlite == is_sqlite


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgresql://host/db", "give a folder, sqlite:///FILE.db or journal:FILE.jsonl"),
        ("redis://host", "give a folder"),
        ("sqlite://host/db", "give a folder"),
        ("journal:", "give a folder"),
        ("sqlite:///digits", "the file needs an ending such as .db"),
    ],
)
def test_what_is_none_is_refused(text, said):
    with pytest.raises(BadStudy) as raised:
        Place.parse(text)
    assert said in raised.value.message
