import json
import sys

import pytest

from dcf_detect import Result


def test_coco_counts_from_the_left_upper_corner(result):
    first, *_ = found = result.to_coco(image_id=139)
    assert first == {"image_id": 139, "category_id": 47, "bbox": [10, 20, 50, 70], "score": 0.9}
    assert len(json.loads(json.dumps(found))) == 3
    assert Result().to_coco(1) == []


@pytest.mark.parametrize("library", ["pandas", "supervision"])
def test_what_is_missing_is_named_with_its_cure(result, library, monkeypatch):
    """A None stands for a module that is not there, also where it is installed."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"pip install 'dcf-detect\[{library}\]'"):
        getattr(result, f"to_{library}")()


def test_a_library_that_is_there_but_broken_tells_its_own_reason(result, monkeypatch, tmp_path):
    (tmp_path / "pandas.py").write_text("import not_there_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        result.to_pandas()
