import pytest

from models.datasets.errors import DataSetError
from models.datasets.exchange.libraries import missing, need


def test_a_library_that_is_not_installed_is_named_with_its_extra():
    with pytest.raises(DataSetError, match=r"needs nowhere_at_all, .*dcf-detect\[lifecycle\]"):
        need("nowhere_at_all")
    assert need("json").dumps([]) == "[]"
    assert "needs s3fs" in str(missing(ImportError("Install s3fs", name="s3fs")))
