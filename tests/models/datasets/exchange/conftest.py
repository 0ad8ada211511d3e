"""What the tests of places need: progress that nobody reads, and a small data set."""

import pytest

from models.datasets.reading import read_data_set


def quiet(what):
    return lambda done, whole: None


@pytest.fixture
def data(made):
    made.document["licenses"] = [{"id": 4, "name": "CC-BY-4.0"}]
    made.document["images"][0] |= {"license": 4, "source": "camera 1"}
    made.document["categories"].append({"id": 9, "name": "bird"})  # no object is one
    made.box(1.25, 2.5, 10.1, 7.7, iscrowd=1)
    made.box(3, 4, 5, 6, ignore=1)
    made.document["images"].append({"id": 5, "file_name": "c/d.png", "width": 60, "height": 40})
    made.picture("c/d.png")
    return read_data_set(made.write())
