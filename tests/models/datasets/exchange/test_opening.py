import pytest

from models.datasets.errors import DataSetError
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
