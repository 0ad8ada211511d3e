"""Models are added once, whole, and never changed, whoever else is at it."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.registry.errors import ModelDamaged, ModelTaken, RegistryError, UnknownModel
from models.registry.origin import Origin
from models.registry.registry import GRACE_S, Registry
from models.registry.stores import open_store
from models.ssd.errors import BundleError

ROOT = Path(__file__).parents[3]


def files(place, folder):
    return sorted(path.name for path in (place / folder).rglob("*") if path.is_file())


def test_a_bundle_is_added_and_found(registry, bundle):
    origin = Origin(data_digest="d" * 64, parameters={"rate": 0.001}, note="first", by="kim")
    record = registry.add(bundle("1"), "digits", origin=origin)
    assert record.id == "digits-1"
    assert registry.model("digits-1") == record
    assert (record.classes, record.precision, record.license) == (80, "int8", "Apache-2.0")
    assert (record.data_digest, record.parameters) == ("d" * 64, {"rate": 0.001})
    assert record.metrics["mAP"] == 0.286
    assert record.added == "2027-01-15T08:00:00+00:00"
    assert registry.fetch(record).keys() == {"manifest.json", "model.tflite", "labels.txt"}


def test_trials_are_counted_and_the_same_again_is_no_other(registry, bundle):
    ids = [registry.add(bundle(version), "digits").id for version in ("1", "2", "3")]
    assert ids == ["digits-1", "digits-2", "digits-3"]
    assert registry.add(bundle("2"), "digits").id == "digits-2"
    assert registry.add(bundle("2"), "digits", 2).id == "digits-2"
    assert [record.id for record in registry.models()] == ids


def test_models_are_in_order_of_their_trials(registry, bundle):
    for trial in (10, 9, 2):
        registry.add(bundle("1"), "digits", trial)
    assert [record.id for record in registry.models()] == ["digits-2", "digits-9", "digits-10"]


def test_what_is_added_stays_as_it_is(registry, bundle):
    first = registry.add(bundle("1"), "digits", 1)
    with pytest.raises(ModelTaken, match="digits-1 is another model"):
        registry.add(bundle("2"), "digits", 1)
    assert registry.model("digits-1") == first


def test_the_same_weights_are_stored_once(registry, bundle, place):
    registry.add(bundle("1"), "digits")
    before = len(files(place, "blobs"))
    registry.add(bundle("2"), "digits")
    # The other manifest alone.
    assert len(files(place, "blobs")) == before + 1


def test_a_bundle_that_cannot_be_trusted_is_not_added(registry, bundle, place):
    folder = bundle("1")
    (folder / "labels.txt").write_bytes(b"changed")
    with pytest.raises(BundleError, match=r"labels\.txt"):
        registry.add(folder, "digits")
    assert not (place / "models").exists()


def test_tags_point_and_move(registry, bundle):
    for version in ("1", "2"):
        registry.add(bundle(version), "digits")
    registry.tag("best", "digits-1", "kim")
    assert registry.model("best").id == "digits-1"
    registry.tag("best", "digits-2")
    assert registry.model("best").id == "digits-2"
    assert registry.tags.of("digits-2") == ["best"]
    registry.tags.remove("best")
    with pytest.raises(UnknownModel, match="no tag best"):
        registry.tags.remove("best")
    with pytest.raises(ModelTaken, match="digits-1 is a model"):
        registry.tag("digits-1", "digits-2")


def test_a_name_that_is_not_there_names_one_that_is(registry, bundle):
    registry.add(bundle("1"), "digits")
    with pytest.raises(UnknownModel, match="did you mean 'digits-1'"):
        registry.model("digit-1")
    with pytest.raises(UnknownModel, match="ssd models list"):
        registry.model("zebra")
    with pytest.raises(UnknownModel, match="zebra"):
        registry.add(bundle("1"), "stripes", origin=Origin(parent="zebra"))


def test_a_model_with_a_tag_is_not_removed(registry, bundle):
    registry.add(bundle("1"), "digits")
    registry.tag("serving", "digits-1")
    for name in ("digits-1", "serving"):
        with pytest.raises(RegistryError, match="digits-1 has the tag serving"):
            registry.remove(name)
    registry.tags.remove("serving")
    registry.remove("digits-1")
    assert list(registry.models()) == []


def test_files_of_no_model_go_when_they_are_old(registry, bundle, place, clock):
    for version in ("1", "2"):
        registry.add(bundle(version), "digits")
    kept = {spec.sha256 for spec in registry.model("digits-2").blobs.values()}
    registry.remove("digits-1")
    clock.now = time.time()
    assert registry.prune() == 0
    for path in (place / "blobs").rglob("*"):
        os.utime(path, (clock.now - GRACE_S - 1,) * 2)
    assert registry.prune() == 1
    assert set(files(place, "blobs")) == kept
    assert list(registry.damage(registry.model("digits-2"))) == []


def test_a_flipped_bit_and_a_missing_file_are_found(registry, bundle, place):
    record = registry.add(bundle("1"), "digits")
    assert list(registry.damage(record)) == []
    labels, graph = (
        place / "blobs" / record.files[name].sha256[:2] / record.files[name].sha256
        for name in ("labels.txt", "model.tflite")
    )
    content = bytearray(labels.read_bytes())
    content[3] ^= 1
    labels.write_bytes(content)
    graph.unlink()
    damage = list(registry.damage(record))
    assert len(damage) == 2
    assert "digits-1: labels.txt was changed" in damage[0]
    assert "model.tflite is missing" in damage[1]
    with pytest.raises(ModelDamaged):
        registry.fetch(record)


_ADD = """
import sys
import time
from pathlib import Path
from models.registry.registry import Registry
from models.registry.stores import open_store
registry = Registry(open_store(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for bundle in sys.argv[2:]:
    print(registry.add(Path(bundle), "digits").id, flush=True)
"""


def adder(place, *bundles):
    process = subprocess.Popen(
        [sys.executable, "-c", _ADD, str(place), *map(str, bundles)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def test_many_that_add_at_once_get_ids_of_their_own(registry, bundle, place):
    bundles = [bundle(str(number)) for number in range(8)]
    processes = [
        adder(place, first, second)
        for first, second in zip(bundles[::2], bundles[1::2], strict=True)
    ]
    ids = []
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        ids += process.communicate(timeout=60)[0].split()
        assert process.returncode == 0
    assert sorted(ids) == [f"digits-{number}" for number in range(1, 9)]
    records = list(registry.models())
    assert len({record.digest for record in records}) == 8
    assert [line for record in records for line in registry.damage(record)] == []


# Seconds that an addition takes, about.
@pytest.mark.parametrize(
    ("kind", "time"), [("folder", 0.02), pytest.param("s3", 0.2, marks=pytest.mark.lifecycle)]
)
def test_whatever_is_listed_after_a_kill_is_whole(bundle, tmp_path, kind, time, request):
    chance = random.Random(7)
    bundles = [bundle(str(number)) for number in range(6)]
    listed = 0
    for attempt in range(8):
        place = tmp_path / f"killed-{attempt}"
        if kind == "s3":
            place = f"{request.getfixturevalue('s3')}/killed-{attempt}"
        process = adder(place, *bundles)
        process.stdin.write("\n")
        process.stdin.flush()
        for _ in range(chance.randrange(3)):
            process.stdout.readline()
        # Somewhere within the next addition.
        signal.sigtimedwait([], chance.uniform(0, time))
        process.kill()
        process.communicate()
        registry = Registry(open_store(str(place)))
        records = list(registry.models())
        listed += len(records)
        assert [line for record in records for line in registry.damage(record)] == []
        # The next one goes on as if nothing had been.
        assert registry.add(bundles[-1], "digits").id in {f"digits-{n}" for n in range(1, 8)}
    assert listed


def test_pictures_that_were_learnt_from_are_kept_and_verified(registry, bundle, place, clock):
    marks = b"0123456789abcdef\n"
    record = registry.add(bundle("1.0.0"), "digits", origin=Origin(pictures=marks))
    other = registry.add(bundle("1.0.1"), "digits")
    clock.now = time.time() + 2 * GRACE_S
    assert registry.prune() == 0
    assert registry.learnt_from(registry.model(record.id)) == marks
    assert registry.learnt_from(other) is None
    # It is no file of the bundle.
    assert set(registry.fetch(record)) == set(registry.fetch(other))
    assert list(registry.damage(record)) == []
    sha256 = record.pictures.sha256
    (place / "blobs" / sha256[:2] / sha256).write_bytes(b"fedcba9876543210\n")
    (line,) = registry.damage(record)
    assert "the list of pictures was changed" in line
    with pytest.raises(ModelDamaged):
        registry.learnt_from(record)
