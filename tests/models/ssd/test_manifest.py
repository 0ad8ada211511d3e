"""How a manifest is read that a newer or older release wrote, and written back."""

import json

import msgspec
import pytest

from models.ssd.bundle import EMBEDDED, open_bundle
from models.ssd.convert.folder import read_contents, write_bundle
from models.ssd.description import Metrics
from models.ssd.errors import BundleError
from models.ssd.manifest import SCHEMA_VERSION, format_manifest, parse_manifest

NAMES = ("ssdlite_mobilenet_v2_coco", "ssdlite_mobilenet_v2_coco_int8")


@pytest.fixture(params=NAMES)
def content(request):
    return (EMBEDDED / request.param / "manifest.json").read_bytes()


@pytest.fixture
def document():
    return json.loads((EMBEDDED / NAMES[1] / "manifest.json").read_bytes())


def parse(document):
    return parse_manifest(json.dumps(document).encode())


def test_an_embedded_manifest_is_written_back_byte_for_byte(content):
    assert format_manifest(parse_manifest(content)) == content


NEWER = {
    "calibrated_for": "cameras",
    "per_class": {"cat": [0.5, None, {"n": 1}]},
    "others": {"a": 1},
}


@pytest.mark.parametrize(
    "place",
    [
        (), ("metrics",), ("metrics", "mAP_minus_float32"), ("provenance",),
        ("provenance", "source"), ("provenance", "calibration"),
        ("provenance", "calibration", "packages", 3),
    ],
    ids=lambda place: ".".join(map(str, place)) or "top",
)  # fmt: skip
def test_a_field_of_a_newer_release_is_kept_and_written_back(document, place):
    record = document
    for step in place:
        record = record[step]
    record.update(NEWER)
    assert json.loads(format_manifest(parse(document))) == document


@pytest.mark.parametrize(
    "place", [("input",), ("outputs",), ("anchors", 2), ("box_coder",), ("defaults",),
              ("files", "labels.txt")],
    ids=lambda place: ".".join(map(str, place)),
)  # fmt: skip
def test_a_field_that_may_change_answers_is_refused(document, place):
    record = document
    for step in place:
        record = record[step]
    record["newer"] = 1
    with pytest.raises(BundleError, match=r"unknown field `newer` - at .*: upgrade dcf-detect"):
        parse(document)


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 99, 10**30, 2.5])
def test_a_newer_schema_is_one_line_with_both_versions(document, version):
    # What else a newer schema changed must not hide that it is one.
    document.update(schema_version=version, input="described elsewhere", anchors=None)
    with pytest.raises(BundleError) as caught:
        parse(document)
    assert "\n" not in caught.value.message
    assert f"schema_version {version}, this release reads {SCHEMA_VERSION}" in caught.value.message
    assert "upgrade dcf-detect" in caught.value.message


@pytest.mark.parametrize("version", [0, -1, "1", "2", None, True, [2]])
def test_a_schema_version_that_is_none_is_refused(document, version):
    document["schema_version"] = version
    with pytest.raises(BundleError, match=r"manifest\.json is not usable: .*schema_version"):
        parse(document)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m["metrics"].update(mAP=28.6), r"metrics\.mAP must be 0\.\.1, got 28\.6"),
        (lambda m: m["metrics"].update(AP50=-0.1), r"metrics\.AP50 must be 0\.\.1"),
        (lambda m: m["metrics"].update(mAP="0.3"), r"\$\.metrics\.mAP"),
        (lambda m: m["metrics"].update(images=0), r"metrics\.images must be 1 or more"),
        (lambda m: m["metrics"].update(mAP_minus_float32=[1]), r"\$\.metrics\.mAP_minus_float32"),
        (lambda m: m["provenance"].update(source="npm"), r"\$\.provenance\.source"),
        (lambda m: m["provenance"]["calibration"].pop("images"), r"\$\.provenance\.calibration"),
        (lambda m: m.update(metrics=[]), r"\$\.metrics"),
    ],
    ids=["points", "below", "text", "no images", "list", "source", "missing", "no object"],
)
def test_descriptions_have_types(document, change, told):
    change(document)
    with pytest.raises(BundleError, match=told):
        parse(document)


def test_a_manifest_that_describes_nothing(document):
    del document["metrics"], document["provenance"]
    manifest = parse(document)
    assert manifest.metrics == Metrics()
    assert json.loads(format_manifest(manifest)) == document | {"metrics": {}, "provenance": {}}


def test_a_rewritten_bundle_keeps_what_is_not_known_of_it(tmp_path, document):
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, content in read_contents(EMBEDDED / NAMES[1]).items():
        (folder / name).write_bytes(content)
    document["provenance"]["trained_by"] = document["approved"] = ["a", "person"]
    (folder / "manifest.json").write_text(json.dumps(document))
    noted = Metrics(mean_precision=0.25, images=7)
    manifest = msgspec.structs.replace(open_bundle(folder).manifest, metrics=noted)
    write_bundle(folder, manifest, read_contents(folder))
    written = json.loads((folder / "manifest.json").read_bytes())
    assert written == document | {"metrics": {"mAP": 0.25, "images": 7}}
    assert open_bundle(folder).manifest == manifest
