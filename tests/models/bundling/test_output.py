import pytest

from models.bundling.errors import OutputTaken
from models.bundling.output import check_output


def test_free_places_and_bundles_pass(tmp_path):
    check_output(tmp_path / "new" / "deep")
    check_output(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    check_output(tmp_path)


def test_what_would_be_lost_is_refused(tmp_path):
    file = tmp_path / "thesis.txt"
    file.write_text("years of work")
    with pytest.raises(OutputTaken, match=r"thesis\.txt is a file"):
        check_output(file)
    with pytest.raises(OutputTaken, match="is no bundle and not empty"):
        check_output(tmp_path)
