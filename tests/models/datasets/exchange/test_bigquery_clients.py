import pytest

from models.datasets.exchange.bigquery_clients import Clients
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.pushing import push
from models.datasets.reading import read_data_set

from .conftest import quiet

pytestmark = pytest.mark.lifecycle


def test_columns_and_conditions_are_the_services(bigquery, data):
    push(data, open_place(f"{bigquery}/digits"), quiet)
    found, path = Clients("acme", ""), f"projects/acme/datasets/{bigquery[16:]}/tables/digits"
    assert found.schema(path).names[:3] == ["image_id", "name", "bytes"]
    rows = list(found.rows(path, ["name", "width"], "image_id = 5"))
    assert rows == [{"name": "c/d.png", "width": 60}]


def test_credentials_are_found_as_googles_client_finds_them(monkeypatch, tmp_path):
    from google.auth.exceptions import DefaultCredentialsError

    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    with pytest.raises(DefaultCredentialsError, match=r"key\.json"):
        Clients("acme", "")


def test_blocks_of_rows_are_as_large_as_their_pictures(bigquery, made):
    """gRPC's own limit of a message is 4 MiB."""
    made.picture("large.png", width=1400, height=1200)
    image = {"id": 9, "file_name": "large.png", "width": 1400, "height": 1200}
    made.document["images"].append(image)
    file = made.images / "large.png"
    assert file.stat().st_size > 4 << 20
    push(read_data_set(made.write()), open_place(f"{bigquery}/digits"), quiet)
    path = f"projects/acme/datasets/{bigquery[16:]}/tables/digits"
    (row,) = Clients("acme", "").rows(path, ["bytes"], "image_id = 9")
    assert row["bytes"] == file.read_bytes()
