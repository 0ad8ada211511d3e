"""``ssd gate`` run as a person runs it; a pickle at any entrance is refused and never loaded."""

import hashlib
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from models.registry.origin import Origin
from models.registry.registry import Registry
from models.registry.stores import open_store
from models.ssd.convert.folder import read_contents
from tests.models.registry.gate.conftest import FLOAT, INT8, changed_bundle, photos

assert photos  # the fixtures
assert changed_bundle

SSD = Path(sys.executable).with_name("ssd")
ALLOWED = "overall: {limit: 30}\nlatency: {limit: 1000}\nmemory: {limit: 1000}\n"


@pytest.fixture
def ssd(tmp_path):
    def run(*arguments):
        done = subprocess.run(
            [SSD, "gate", *arguments, "--samples", "200"],
            capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path,
            env=os.environ | {"SSD_REGISTRY": str(tmp_path / "registry")},
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "gate.yaml").write_text(ALLOWED)
    return tmp_path / "gate.yaml"


def test_a_model_that_serves_and_one_that_may(ssd, photos, tmp_path, rules):
    registry = Registry(open_store(str(tmp_path / "registry")))
    registry.tag("serving", registry.add(FLOAT, "coco").id)
    registry.add(INT8, "coco", origin=Origin(pictures=b"0123456789abcdef\n"))
    done = ssd("coco-2", "--data", photos, "--rules", rules, "--out", "verdict")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "coco-2 passes")
    document = json.loads((tmp_path / "verdict/verdict.json").read_text())
    assert document["passed"]
    assert (document["candidate"], document["serving"]) == ("coco-2", "coco-1")
    assert document["data"]["pictures"] == 8
    assert "<h1>coco-2 passes</h1>" in (tmp_path / "verdict/verdict.html").read_text()
    # The other way round it is too large, and nobody knows what it learnt from.
    done = ssd("coco-1", "--against", "coco-2", "--data", photos, "--rules", rules)
    assert done.returncode == 1
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILS")]
    assert failed == ["data", "size"]
    assert done.stdout.splitlines()[-1] == "coco-1 is refused"


def test_a_first_model_and_pictures_that_it_learnt(ssd, photos, tmp_path):
    (tmp_path / "floors.yaml").write_text("floors: {mAP: 0.3}\n")
    given = [INT8.name, "--data", photos, "--rules", tmp_path / "floors.yaml"]
    done = ssd(*given, "--unknown-data")
    assert done.returncode == 0
    assert "no model has the tag serving: held against floors" in done.stderr
    (tmp_path / "run").mkdir()
    content = (photos / "images/3.jpg").read_bytes()
    (tmp_path / "run/pictures.txt").write_text(hashlib.sha256(content).hexdigest()[:16] + "\n")
    done = ssd(*given, "--run", tmp_path / "run")
    assert done.returncode == 1
    assert "FAILS data        1 of the pictures were learnt from, such as 3.jpg" in done.stdout


def test_what_is_not_there_is_one_line(ssd, photos):
    done = ssd("digits-7", "--data", photos)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: no model 'digits-7'")
    assert done.stderr.count("\n") == 1
    done = ssd(INT8.name, "--data", "nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (1, 2)  # and that nothing serves yet


class _Planted:
    """Whoever unpickles it makes a file."""

    def __init__(self, file):
        self._file = file

    def __reduce__(self):
        return (Path.touch, (self._file,))


@pytest.fixture
def planted(tmp_path):
    """A pickle, and the file that would be there if it were loaded."""
    mark = tmp_path / "loaded"
    content = pickle.dumps(_Planted(mark))
    pickle.loads(content)
    assert mark.exists()
    mark.unlink()
    return content, mark


ENTRANCES = (
    "manifest", "labels", "graph", "rules", "run", "annotations", "picture", "golden", "record",
    "tag", "list",
)  # fmt: skip


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_a_pickle_is_never_loaded(ssd, photos, tmp_path, changed_bundle, planted, entrance):
    content, mark = planted
    data = tmp_path / "data"
    (data / "images").mkdir(parents=True)
    for file in ("instances.json", "images/1.jpg", "images/2.jpg"):
        (data / file).write_bytes((photos / file).read_bytes())
    arguments = {"candidate": INT8.name, "--data": data, "--against": INT8.name, "--max-bad": "99%"}
    if entrance == "manifest":
        arguments["candidate"] = changed_bundle("planted")
        (tmp_path / "planted/manifest.json").write_bytes(content)
    elif entrance in {"labels", "graph"}:
        name = {"labels": "labels.txt", "graph": "model.tflite"}[entrance]
        assert name in read_contents(INT8)
        arguments["candidate"] = changed_bundle("planted", **{name: content})
    elif entrance == "rules":
        arguments["--rules"] = tmp_path / "gate.yaml"
        arguments["--rules"].write_bytes(content)
    elif entrance == "run":
        arguments["--run"] = tmp_path / "run"
        arguments["--run"].mkdir()
        (arguments["--run"] / "pictures.txt").write_bytes(content)
    elif entrance in {"annotations", "picture"}:
        file = {"annotations": "instances.json", "picture": "images/1.jpg"}[entrance]
        (data / file).write_bytes(content)
    elif entrance == "golden":
        arguments["--golden"] = tmp_path / "golden"
        arguments["--golden"].mkdir()
        (arguments["--golden"] / "instances.json").write_bytes(content)
    else:
        registry = Registry(open_store(str(tmp_path / "registry")))
        record = registry.add(INT8, "coco", origin=Origin(pictures=b"0123456789abcdef\n"))
        registry.tag("best", record.id)
        sha256 = record.pictures.sha256
        file = {
            "record": "models/coco-1.json", "tag": "tags/best.json",
            "list": f"blobs/{sha256[:2]}/{sha256}",
        }[entrance]  # fmt: skip
        (tmp_path / "registry" / file).write_bytes(content)
        arguments["candidate"] = "best"
    candidate = arguments.pop("candidate")
    done = ssd(candidate, *(part for pair in arguments.items() for part in pair))
    assert done.returncode == 1
    assert not mark.exists()
    # A picture that is none is set aside, and what is left is judged; the others end it.
    assert ("set aside" if entrance == "picture" else "Error: ") in done.stderr
