"""ssd drift behind a real gateway: a stream that changed is seen, one that did not is not."""

import io
import json
import random
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageEnhance

from models.commands.drift import _known_by_digest
from models.datasets.reading import read_data_set
from models.datasets.tolerance import NONE
from models.evaluation.drift.page import read_counts
from models.evaluation.drift.reference import profile_of
from models.evaluation.drift.window import write_window
from models.registry.registry import Registry
from models.registry.stores import open_store
from models.ssd.bundle import open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from models.ssd.detector import Detector
from models.ssd.errors import ProfileError
from models.ssd.profile import Profile
from tests.models.conftest import Place
from tests.models.registry.gate.conftest import INT8

SAMPLES = Path(__file__).parents[3] / "samples"
COUNT = 120


def pictures(seed, count=COUNT, names=("astronaut", "chelsea", "coffee"), light=1.0, part=0.8):
    """Seeded views of photos, as JPEGs: cut out, scaled, darkened."""
    draw = random.Random(seed)
    photos = {name: Image.open(SAMPLES / f"{name}.jpg").convert("RGB") for name in names}
    made = []
    for _ in range(count):
        photo = photos[draw.choice(names)]
        width, height = (round(side * draw.uniform(part - 0.1, part + 0.1)) for side in photo.size)
        left, top = draw.randint(0, photo.width - width), draw.randint(0, photo.height - height)
        view = photo.crop((left, top, left + width, top + height))
        file = io.BytesIO()
        ImageEnhance.Brightness(view).enhance(light).save(file, "JPEG", quality=90)
        made.append(file.getvalue())
    return made


def data_set(folder, encoded):
    """A folder of COCO's layout; what is in the pictures is not asked for."""
    (folder / "images").mkdir(parents=True)
    entries = []
    for number, each in enumerate(encoded):
        name = f"{number:04}.jpg"
        (folder / "images" / name).write_bytes(each)
        width, height = Image.open(io.BytesIO(each)).size
        entries.append({"id": number, "file_name": name, "width": width, "height": height})
    document = {"images": entries, "annotations": [], "categories": [{"id": 17, "name": "cat"}]}
    (folder / "instances.json").write_text(json.dumps(document))
    return folder


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return data_set(tmp_path_factory.mktemp("reference") / "data", pictures(1, 3 * COUNT))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    made = Place(tmp_path_factory.mktemp("place"))
    yield made
    made.gateway.end()


@pytest.fixture
def own_place(tmp_path):
    """One whose function may serve another model afterwards."""
    made = Place(tmp_path / "place")
    yield made
    made.gateway.end()


@pytest.fixture
def window(place, tmp_path):
    """Counts of now: only what comes after it is compared."""
    file = tmp_path / "since.json"
    write_window(file, read_counts(page(place)))
    return file


def page(place):
    with urllib.request.urlopen(
        f"{place.gateway.rest}/system/function/ssd/metrics", timeout=60
    ) as reply:
        return reply.read().decode()


def send(place, encoded, query=""):
    """Calls the function with each."""

    def call(body):
        request = urllib.request.Request(
            f"{place.gateway.rest}/function/ssd{query}", data=body, method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            assert reply.status == 200

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(call, encoded))


def judged(done):
    """State of each histogram, as the piped output tells it."""
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["histogram"]: row["state"] for row in rows}


def test_what_did_not_change_is_within_and_the_next_window_begins(place, reference, window):
    send(place, pictures(2))
    done = place.ssd("drift", "--against", reference, "--since", window)
    assert set(judged(done).values()) <= {"same", "shifted", "few"}
    assert json.loads(done.stdout.splitlines()[0])["pictures"] == COUNT
    again = place.ssd("drift", "--against", reference, "--since", window, code=3)
    assert "counted 0 pictures since the last time" in again.stderr


@pytest.mark.parametrize(
    ("change", "histogram"),
    [
        ({"names": ("coffee",)}, "classes"),
        ({"light": 0.1}, "picture_detections"),
        ({"part": 0.3}, "picture_side_pixels"),
    ],
    ids=["other classes", "darker", "cropped"],
)
def test_what_changed_is_past_the_limit_and_says_where(place, reference, window, change, histogram):
    send(place, pictures(3, **change))
    done = place.ssd("drift", "--against", reference, "--since", window, code=1)
    assert judged(done)[histogram] == "moved"


def test_few_pictures_are_not_judged_and_the_window_stays_open(place, reference, window):
    before = window.read_bytes()
    send(place, pictures(4, 20))
    send(place, pictures(4, 90), "?threshold=0.9")
    done = place.ssd("drift", "--against", reference, "--since", window, code=3)
    assert (done.stdout, window.read_bytes()) == ("", before)
    assert "counted 20 pictures" in done.stderr
    assert "asked for options of their own" in done.stderr


def test_a_model_is_held_against_what_its_export_recorded(own_place, reference, tmp_path):
    """The bundle is deployed as a function of its own; no picture of the reference is needed."""
    place, detector = own_place, Detector(INT8)
    data = read_data_set(reference, layout="coco", tolerance=NONE)
    profile = profile_of(detector, data, Profile(0.5), lambda _more: None)
    manifest = open_bundle(INT8).manifest
    metrics = msgspec.structs.replace(manifest.metrics, profile=profile.values())
    bundle = tmp_path / "measured"
    write_bundle(bundle, msgspec.structs.replace(manifest, metrics=metrics), read_contents(INT8))
    record = Registry(open_store(place.environ["SSD_REGISTRY"])).add(bundle, "measured")
    send(place, pictures(7, 30))
    wrong = place.ssd("drift", "--against", record.id, "--pictures", "30", code=1)
    assert "is another model" in wrong.stderr
    place.ssd("deploy", record.id, "--force", "test")
    send(place, pictures(5))
    done = place.ssd("drift", "--against", record.id)
    assert set(judged(done).values()) <= {"same", "shifted", "few"}
    send(place, pictures(6, 3 * COUNT, light=0.1))
    assert (
        judged(place.ssd("drift", "--against", record.id, code=1))["picture_detections"] == "moved"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--function", "none"), "none"),
        (("--gateway", "http://127.0.0.1:1"), "no gateway answers"),
        (("--revision", "9999"), "0 pictures"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_what_cannot_be_compared_is_one_line(place, reference, arguments, words):
    code = 3 if "--revision" in arguments else 1
    done = place.ssd("drift", "--against", reference, *arguments, code=code)
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_model_that_serves_is_found_by_its_digest(tmp_path):
    registry = Registry(open_store(str(tmp_path / "registry")))
    kept = open_bundle(INT8)
    served = {"name": "ssd", "version": "1", "digest": kept.digest}
    assert _known_by_digest(served, registry) == INT8.name
    other = tmp_path / "other"
    write_bundle(other, msgspec.structs.replace(kept.manifest, version="9"), read_contents(INT8))
    served["digest"] = open_bundle(other).digest
    with pytest.raises(ProfileError, match="not in the registry: name it with --model"):
        _known_by_digest(served, registry)
    record = registry.add(other, "mine")
    assert _known_by_digest(served, registry) == record.id
