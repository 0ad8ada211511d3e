from dataclasses import replace

import pytest

from models.datasets.digest import digest_of
from models.datasets.errors import DataSetError
from models.datasets.exchange import bigquery as module
from models.datasets.exchange import bigquery_clients as clients
from models.datasets.exchange import pushing
from models.datasets.exchange.batches import cut
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.profiles import Profile
from models.datasets.exchange.pulling import pull
from models.datasets.exchange.pushing import push
from models.datasets.tolerance import ANY

from .conftest import quiet

pytestmark = pytest.mark.lifecycle


@pytest.fixture
def place(bigquery, monkeypatch):
    monkeypatch.setattr(pushing, "cut", lambda *what: cut(*what, most_pictures=1))
    return open_place(f"{bigquery}/digits")


def query(place, text):
    return list(place._clients.rest.query_and_wait(text.format(table=f"`{place._id}`")))


def tables(place):
    dataset = place._id.rpartition(".")[0]
    return [table.table_id for table in place._clients.rest.list_tables(dataset)]


def test_boxes_are_repeated_records_that_a_query_can_ask(place, data):
    push(data, place, quiet)
    asked = "SELECT name, box.class_id FROM {table}, UNNEST(boxes) AS box WHERE box.crowd"
    assert [tuple(row) for row in query(place, asked)] == [("a.png", 3)]
    assert tables(place) == ["digits"]


def test_ranges_are_read_one_by_one(place, data, monkeypatch):
    push(data, place, quiet)
    monkeypatch.setattr(module, "_PART", 2)
    assert place.parts() == [("image_id BETWEEN 1 AND 2", 2), ("image_id BETWEEN 5 AND 5", 1)]
    assert [row["name"] for row in place.read("image_id BETWEEN 5 AND 5")] == ["c/d.png"]


def test_rows_that_somebody_changed_are_set_aside_or_found(place, data, tmp_path):
    push(data, place, quiet)
    query(place, "UPDATE {table} SET name = '../../harm' WHERE image_id = 1")
    query(place, "UPDATE {table} SET image_id = NULL WHERE image_id = 2")
    with pytest.raises(DataSetError, match=r"2 of \d rows are bad"):
        pull(place, tmp_path / "out", quiet)
    pulled = pull(place, tmp_path / "out", quiet, ANY)
    assert pulled.pictures == 1
    assert sorted(row.reason.partition(" is ")[0] for row in pulled.bad) == [
        "b.png: image_id null", 'name "../../harm"',
    ]  # fmt: skip
    assert pulled.bad[0].where.startswith(place.name)


def test_lost_rows_are_found_and_moved_again(place, data, tmp_path):
    push(data, place, quiet)
    query(place, "DELETE FROM {table} WHERE image_id = 1")
    with pytest.raises(DataSetError, match="was changed: its digest is"):
        pull(place, tmp_path / "out", quiet)
    assert push(data, place, quiet).moved == 3
    assert pull(place, tmp_path / "out", quiet).pictures == 3


def test_a_table_of_other_columns_is_named(place, data, tmp_path):
    query(place, "CREATE TABLE {table} AS SELECT 1 AS image_id, 'a' AS name, 2 AS bytes")
    told = rf"{place.name} has other columns .*: bytes is int\d\d, not binary; boxes is missing"
    with pytest.raises(DataSetError, match=told):
        pull(place, tmp_path / "out", quiet)


def test_a_data_set_that_is_not_there_is_named(bigquery, data):
    place = open_place("bigquery://acme/nothing/digits")
    with pytest.raises(DataSetError, match=r"bigquery://acme/nothing/digits: .*[Nn]ot found"):
        push(data, place, quiet)


def test_two_pushes_at_once_are_found(place, data, monkeypatch):
    missing = type(place).missing

    def beside(self, batches, rows):
        found = missing(self, batches, rows)
        self.add(found[0], data, rows)  # of another process
        return found

    monkeypatch.setattr(type(place), "missing", beside)
    with pytest.raises(DataSetError, match="another push of the same data set ran at the same"):
        push(data, place, quiet)
    monkeypatch.undo()
    assert push(data, place, quiet).moved == 3


def test_a_reader_sees_the_old_or_the_new_whole(place, data, tmp_path, monkeypatch):
    """A push ends between any two requests of a pull, and what is pulled is one of both."""
    push(data, place, quiet)
    other = replace(data, pictures=data.pictures[1:])
    monkeypatch.setattr(module, "_PART", 1)
    wanted, seen = {digest_of(data), digest_of(other)}, set()
    for at in range(8):
        asked = []

        def here(name, asked=asked, at=at):
            before = getattr(module.BigQueryPlace, name)

            def method(self, *what):
                asked.append(name)
                if len(asked) == at + 1:
                    now = other if digest_of(data) == place.about().digest else data
                    push(now, open_place(place.name), quiet, replace=True)
                return before(self, *what)

            return method

        names = ("about", "version", "parts", "read")
        reader = type("Reader", (module.BigQueryPlace,), {name: here(name) for name in names})
        found = pull(reader(*place._id.split("."), Profile(place="")), tmp_path / f"out{at}", quiet)
        seen.add(found.digest)
    assert seen == wanted


@pytest.mark.parametrize("name", ["a \"b\" \\ `c` 'd'", "새 이름 😀", "tab\tand\nline"])
def test_names_of_classes_come_back_from_the_description(place, data, name):
    named = replace(data, names=(*data.names[:-1], name))
    push(named, place, quiet)
    assert place.about().classes == named.names
    assert place.about().digest == digest_of(named)


def test_many_classes_are_left_to_the_rows(place, data, monkeypatch):
    monkeypatch.setattr(module, "_MOST_DESCRIPTION", 100)
    push(data, place, quiet)
    assert place.about().classes == ()


def test_a_service_that_does_not_answer_is_named_in_time(bigquery, monkeypatch, data):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(clients, "REQUEST_S", 2.0)
    with pytest.raises(DataSetError, match=r"bigquery://acme/x/digits: .*127\.0\.0\.1"):
        push(data, open_place("bigquery://acme/x/digits"), quiet)


def test_rows_that_do_not_come_are_named_in_time(bigquery, place, monkeypatch, data, tmp_path):
    push(data, place, quiet)
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", "127.0.0.1:9")
    monkeypatch.setattr(clients, "REQUEST_S", 2.0)
    with pytest.raises(DataSetError, match=rf"{place.name}: "):
        pull(open_place(place.name), tmp_path / "out", quiet)


@pytest.mark.parametrize("address", ["a/b", "a/b/c/d", "a/b/c; DROP", "a/b.c/d", "//c", "ä/b/c"])
def test_an_address_has_three_plain_parts(address):
    with pytest.raises(DataSetError, match="it is written bigquery://PROJECT/DATASET/TABLE"):
        open_place(f"bigquery://{address}")
