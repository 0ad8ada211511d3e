import pytest

from models.datasets.errors import DataSetError
from models.datasets.exchange.bigquery import BigQueryPlace
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.parquet import ParquetPlace

pytestmark = pytest.mark.lifecycle


def test_a_place_is_found_by_what_is_written(tmp_path, monkeypatch):
    assert isinstance(open_place(str(tmp_path)), ParquetPlace)
    file = tmp_path / "places.yaml"
    file.write_text("lake: {place: memory://lake}\n")
    monkeypatch.setenv("SSD_PLACES", str(file))
    assert open_place("@lake/digits").name == "memory://lake/digits"
    with pytest.raises(DataSetError, match="nowhere://x cannot be opened"):
        open_place("nowhere://x")
    with pytest.raises(DataSetError, match=r"bigquery://project/table: .*PROJECT/DATASET/TABLE"):
        open_place("bigquery://project/table")


def test_a_table_is_opened_as_the_file_of_places_says(bigquery, tmp_path, monkeypatch):
    file = tmp_path / "places.yaml"
    file.write_text(f"prod: {{place: '{bigquery}', billing_project: bills, location: EU}}\n")
    monkeypatch.setenv("SSD_PLACES", str(file))
    place = open_place("@prod/digits")
    assert isinstance(place, BigQueryPlace)
    assert place.name == f"{bigquery}/digits"
    client = place._clients.rest
    assert (client.project, client.location) == ("bills", "EU")
