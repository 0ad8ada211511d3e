import json
import sqlite3

import pytest

from models.search.errors import BadStudy
from models.search.place import Place

pytestmark = pytest.mark.lifecycle


def made(text):
    import optuna

    from models.search.storage import open_storage

    place = Place.parse(text)
    place.folder.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(storage=open_storage(place), study_name="s", direction="maximize")
    study.tell(study.ask(), 1.0)
    return place


def reopened(place):
    from models.search.storage import open_storage

    return open_storage(place)


@pytest.mark.parametrize(
    "line",
    [
        b"no JSON\n",
        b"[1, 2]\n",
        b"{}\n",
        b'{"op_code": 99, "worker_id": "x"}\n',
        b'{"op_code": 4, "worker_id": "x", "study_id": 0}\n',
        b"[" * 100_000 + b"\n",
        b"\xff\xfe\x00\n",
    ],
    ids=["text", "list", "empty", "newer", "short", "deep", "bytes"],
)
def test_a_broken_journal_is_one_line(tmp_path, line):
    place = made(str(tmp_path / "s"))
    whole = place.database.read_bytes()
    first, rest = whole.split(b"\n", 1)
    place.database.write_bytes(first + b"\n" + line + rest)
    with pytest.raises(BadStudy) as raised:
        reopened(place)
    assert "is no study that this release of Optuna reads" in raised.value.message
    assert "\n" not in raised.value.message
    assert len(raised.value.message) < 500 + len(str(place.database))


def test_half_a_line_at_the_end_is_taken_away(tmp_path):
    place = made(str(tmp_path / "s"))
    whole = place.database.read_bytes()
    place.database.write_bytes(whole + b'{"op_code": 4, "worker')
    assert len(reopened(place).get_all_studies()) == 1
    assert place.database.read_bytes() == whole
    place.database.write_bytes(b'{"op')
    assert reopened(place).get_all_studies() == []


def test_half_a_line_that_comes_while_it_is_open_spoils_nothing(tmp_path):
    place = made(str(tmp_path / "s"))
    storage = reopened(place)
    with place.database.open("ab") as stream:
        stream.write(b'{"half')
    storage.set_study_user_attr(0, "key", 1)
    assert reopened(place).get_study_user_attrs(0) == {"key": 1}
    assert all(json.loads(line) for line in place.database.read_text().splitlines())


def test_a_database_that_is_none_or_newer_is_one_line(tmp_path):
    place = made(f"sqlite:///{tmp_path}/s.db")
    with sqlite3.connect(place.database) as database:
        database.execute("update alembic_version set version_num = 'v99.0.0'")
    database.close()
    with pytest.raises(BadStudy):
        reopened(place)
    place.database.write_bytes(b"no database at all" * 100)
    with pytest.raises(BadStudy, match="is no study"):
        reopened(place)
