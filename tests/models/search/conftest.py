"""Studies whose trials take no time: the stand-in is a program as `ssd train` is one."""

import json
import sys
from pathlib import Path

import pytest

from models.search.beginning import Wanted, begin
from models.search.place import Place

STANDIN = (sys.executable, str(Path(__file__).with_name("standin.py")))
SPACE = """
base: {epochs: 3}
sampler: random
pruner: none
space:
  rate.peak: {log: [1e-4, 1e-2]}
  batch: {choice: [4, 16]}
"""


@pytest.fixture
def begin_study(tmp_path):
    """Makes a study: what its trials do, by their number, and its search.yaml."""

    def make(acts=None, space=SPACE, trials=4, study=""):
        data = tmp_path / "data"
        data.mkdir(exist_ok=True)
        (data / "standin.json").write_text(json.dumps(acts or {}))
        file = tmp_path / "search.yaml"
        file.write_text(space)
        place = Place.parse(study or str(tmp_path / "digits"))
        return place, begin(place, Wanted(space=file, data=data, trials=trials))

    return make
